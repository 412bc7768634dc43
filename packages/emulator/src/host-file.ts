import { fileURLToPath } from "node:url";

/** The program of handler processes. This module lies beside it, in the sources as in what is published. */
export const hostFile = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./host.ts" : "./host.js", import.meta.url),
);
