import type { CounterErrorCode } from "@durable-counter/core";

export interface VendorError extends Error {
  readonly code?: unknown;
  /** The system call in which a connection failed. */
  readonly syscall?: string;
  /** Where the service answered. */
  readonly $fault?: "client" | "server";
  readonly $metadata?: { readonly httpStatusCode?: number };
}

export const TOO_MANY_REQUESTS = 429;

/** Errors of a connection that was never made, unless they came from one of these calls on an open one. */
const NEVER_CONNECTED = new Set([
  "ECONNREFUSED",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const SENDING = new Set(["read", "write"]);
const CONNECTING = new Set(["connect", "getaddrinfo"]);

/** How Node.js and the AWS SDK say, without a code of its own, that a connection was never made. */
const NOT_CONNECTED = /did not establish a connection|before secure TLS connection was established/u;

/** A request over TLS to a server without TLS. While a handshake waits for its answer, no request has left. */
const NO_TLS = /^write EPROTO .*wrong version number/u;

/** Requests that cannot be made, a name that is not known, and certificates that are refused before anything is sent. */
const NEVER_POSSIBLE =
  /^(?:ERR_INVALID_|ERR_SOCKET_BAD_PORT|ERR_UNESCAPED_CHARACTERS|ENOTFOUND$|ERR_TLS_CERT|CERT_|UNABLE_TO_|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT|HOSTNAME_MISMATCH$|INVALID_CA$|INVALID_PURPOSE$)/u;

/** What ends a request before it was sent, and may end well the next time, as the request of credentials may. */
const TEMPORARY =
  /^(?:ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENETDOWN|EMFILE|ENFILE|UND_ERR_(?!INVALID_|NOT_SUPPORTED).*|TimeoutError|AbortError)$/u;

const MAX_CAUSES = 5;

/** What an error means of a connection that was never made, so that no request has left; undefined for any other error. */
export function codeOfConnection(error: Error): CounterErrorCode | undefined {
  for (const { code, syscall = "", message } of causesOf(error)) {
    if (NO_TLS.test(message)) return "misconfigured";
    if (NOT_CONNECTED.test(message)) return "unavailable";
    if (typeof code !== "string" || SENDING.has(syscall)) continue;
    if (NEVER_POSSIBLE.test(code)) return "misconfigured";
    if (NEVER_CONNECTED.has(code) || CONNECTING.has(syscall)) return "unavailable";
  }
  return undefined;
}

/** Whether an error that came before anything was sent may be gone the next time. */
export function isTemporary(error: unknown): boolean {
  return causesOf(error).some(
    ({ name, code, $metadata: { httpStatusCode = 0 } = {} }) =>
      TEMPORARY.test(name) ||
      TEMPORARY.test(String(code)) ||
      httpStatusCode >= 500 ||
      httpStatusCode === TOO_MANY_REQUESTS,
  );
}

/** An error, and what caused it. Where a name has several addresses, Node.js tells what became of each connection. */
function causesOf(error: unknown): readonly VendorError[] {
  const causes: VendorError[] = [];
  for (let link = error; link instanceof Error && causes.length < MAX_CAUSES; link = link.cause) {
    causes.push(link);
    if (link instanceof AggregateError) causes.push(...link.errors.filter((each) => each instanceof Error));
  }
  return causes;
}
