/**
 * What can happen to a request on its way. Before it is carried out, so that it never is:
 *
 * - `lose-request`: it vanishes, unanswered, until the client's time-out strikes
 * - `reset-before`: the connection is reset
 * - `server-error`: answered 500
 * - `throttle`: answered `ProvisionedThroughputExceededException`; a `BatchGetItem` reads some of its keys, by chance, and is
 *   answered with the others as unprocessed
 * - `conflict`: answered that a transaction is under way on the item; where DynamoDB can say so
 *
 * Afterwards, or nevertheless:
 *
 * - `lose-reply`: it is carried out, and unanswered, until the client's time-out strikes
 * - `reset-after`: it is carried out, then the connection is reset
 * - `server-error-after`: it is carried out, and answered 500
 * - `cut-reply`: it is carried out, but only half of the reply arrives
 * - `delay`: it is held back, then carried out and answered, if somebody still listens
 * - `duplicate`: it is carried out twice, and answered with either reply; the second may come after the answer
 */
export type Fault =
  | "lose-request"
  | "lose-reply"
  | "reset-before"
  | "reset-after"
  | "delay"
  | "duplicate"
  | "server-error"
  | "server-error-after"
  | "throttle"
  | "conflict"
  | "cut-reply";

/** Every kind, and how probable it is by default: together a fifth of all requests; those that cost time, less. */
export const EVERY_FAULT: Readonly<Record<Fault, number>> = {
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
};

/** Every kind of fault. */
export const FAULTS = Object.keys(EVERY_FAULT) as readonly Fault[]; // the keys it is declared with

/** Where DynamoDB tells of a conflict between transactions. */
export const CAN_CONFLICT: readonly string[] = [
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "TransactWriteItems",
  "TransactGetItems",
];

/** Whether an operation can meet this fault; all meet all but `conflict`. */
export function canMeet(operation: string, fault: Fault): boolean {
  return fault !== "conflict" || CAN_CONFLICT.includes(operation);
}
