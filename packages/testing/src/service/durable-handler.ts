import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";

/**
 * A function that `withDurableExecution` returned, and the type of its result where its maker states it. The property does
 * not exist at run time: the SDK's own type of a handler does not tell what the handler returns.
 */
export type DurableHandler<Result> = DurableLambdaHandler & { readonly "~result"?: Result };
