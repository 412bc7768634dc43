/** Those that a client notices at once: on real sockets no test waits for a time-out. */
export const FAULTS_WITHOUT_WAITING = [
  "reset-before",
  "reset-after",
  "duplicate",
  "server-error",
  "server-error-after",
  "throttle",
  "conflict",
  "cut-reply",
] as const;
