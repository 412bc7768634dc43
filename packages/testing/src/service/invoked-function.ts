import type { LambdaContext } from "./lambda-context.ts";

/** A function that `context.invoke` calls: a plain one, or with `simulate` one that `withDurableExecution` returned. */
export type InvokedFunction = {
  // A method's parameters are bivariant, so functions with a specific input type are accepted too.
  call(input: unknown, context: LambdaContext): unknown;
}["call"];

/** The event of a function that is invoked without a payload, as Lambda passes it. */
export const NO_PAYLOAD = "{}";

/**
 * Whether `message` says that the durable SDK got an event that does not come from the service. It refuses such an event
 * before the handler runs.
 */
export function isUnexpectedPayload(message: unknown): boolean {
  return (
    typeof message === "string" &&
    message.startsWith("Unexpected payload provided to start the durable execution")
  );
}
