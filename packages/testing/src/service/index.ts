/**
 * The rules of the durable execution service, shared by the simulator and `@durable-counter/emulator`. This entry is not
 * part of the documented API: it may change in any release.
 */
export type { ErrorObject, Operation, OperationUpdate } from "@aws/durable-execution-sdk-js";
export { executionArn, functionArn, invokedExecutionName, functionNameOf } from "./arn.ts";
export { CheckpointTokens } from "./checkpoint-tokens.ts";
export type { Clock, Timer } from "./clock.ts";
export { errorObjectOf } from "./error-object.ts";
export {
  ExecutionHistory,
  type EndedInvocation,
  type ExecutionEnd,
  type ExecutionHistoryEvent,
} from "./execution-history.ts";
export { ExecutionState, isClosed } from "./execution-state.ts";
export { InvocationFailures } from "./invocation-failures.ts";
export { readOutput, type InvocationOutput } from "./invocation-output.ts";
export type { InvokeOutcome } from "./invoke-outcome.ts";
export { isUnexpectedPayload, NO_PAYLOAD } from "./invoked-function.ts";
export { PendingOperations, type CallbackDetails } from "./pending-operations.ts";
export { checkCallbackError, checkCallbackResult } from "./quotas.ts";
export { ServiceError } from "./service-error.ts";
export { seededRandom } from "../seeded-random.ts";
export { formatValue } from "../format-value.ts";
