import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { errorObjectOf } from "../service/error-object.ts";
import { functionNameOf } from "../service/arn.ts";
import { formatValue } from "../format-value.ts";
import type { InvokeOutcome } from "../service/invoke-outcome.ts";
import { isUnexpectedPayload, NO_PAYLOAD, type InvokedFunction } from "../service/invoked-function.ts";
import type { LambdaContext } from "../service/lambda-context.ts";
import type { Environment } from "./environment.ts";

/**
 * Calls a function with its input. A durable function looks like any other, but it refuses an input that does not come
 * from the service. It is then returned, to be simulated.
 *
 * @param reference the name, the qualified name or the ARN
 * @throws TypeError if no function is registered under it
 */
export async function callFunction(
  functions: Environment["functions"],
  reference: string,
  payload: string | undefined,
  context: LambdaContext,
): Promise<InvokeOutcome | { readonly durable: DurableLambdaHandler }> {
  const invoked = find(functions, reference);
  try {
    return { result: JSON.stringify(await invoked(JSON.parse(payload ?? NO_PAYLOAD), context)) };
  } catch (thrown) {
    const error = errorObjectOf(thrown);
    // Only a function that withDurableExecution returned throws this error.
    if (isUnexpectedPayload(error.ErrorMessage)) return { durable: invoked as DurableLambdaHandler };
    return { error };
  }
}

function find(functions: Environment["functions"], reference: string): InvokedFunction {
  for (const name of [reference, functionNameOf(reference)]) {
    const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (found !== undefined) return found;
  }
  const name = formatValue(functionNameOf(reference));
  throw new TypeError(
    `The execution invokes ${formatValue(reference)}, which options.functions does not have; register it: ` +
      `{ functions: { ${name}: async (input) => output } }. ` +
      `Registered are: ${Object.keys(functions).map(formatValue).join(", ") || "none"}.`,
  );
}
