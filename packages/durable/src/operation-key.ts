import { hash } from "node:crypto";

/** The idempotency key of one operation: the same for every run of its step, different from every other operation's. */
export function operationKey(origin: string, position: string, name: string, sequence: number): string {
  return hash("sha256", JSON.stringify([origin, position, name, sequence]), "base64url");
}
