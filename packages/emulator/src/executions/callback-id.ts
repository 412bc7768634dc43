/** The id of a callback, as its external system gets it. It names the execution and the operation. */
export function callbackId(arn: string, operationId: string): string {
  return Buffer.from(`${arn}/${operationId}`).toString("base64url");
}

/** The execution and the operation of a callback. For an id that is not one of ours they do not exist. */
export function callbackOf(id: string): { readonly arn: string; readonly operationId: string } {
  const text = Buffer.from(id, "base64url").toString();
  const slash = text.lastIndexOf("/");
  return { arn: text.slice(0, Math.max(slash, 0)), operationId: text.slice(slash + 1) };
}
