import { hash } from "node:crypto";

/** The token of one operation: the same for every run of its step, different from every other operation's. */
export function operationToken(origin: string, position: string, name: string, sequence: number): string {
  return hash("sha256", JSON.stringify([origin, position, name, sequence]), "base64url");
}
