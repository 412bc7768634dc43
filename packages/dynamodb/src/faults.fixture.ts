/** Every fault, together at a fifth of all requests: the odds of `startFaultyNetwork`. */
export const EVERY_FAULT = {
  "lose-request": 0.01,
  "lose-reply": 0.01,
  "reset-before": 0.02,
  "reset-after": 0.03,
  delay: 0.01,
  duplicate: 0.03,
  "server-error": 0.01,
  "server-error-after": 0.02,
  throttle: 0.02,
  conflict: 0.02,
  "cut-reply": 0.02,
} as const;

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
