import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { errorObjectOf } from "../service/error-object.ts";
import { functionNameOf } from "../service/arn.ts";
import { formatValue } from "../format-value.ts";
import type { InvokeOutcome } from "../service/invoke-outcome.ts";
import { isUnexpectedPayload, NO_PAYLOAD, type InvokedFunction } from "../service/invoked-function.ts";
import type { LambdaContext } from "../service/lambda-context.ts";

/** The functions that a simulation can invoke, by name. */
export class FunctionRegistry {
  readonly #functions: Readonly<Record<string, InvokedFunction>>;

  constructor(functions: Readonly<Record<string, InvokedFunction>>) {
    this.#functions = functions;
  }

  /** @throws TypeError if no function is registered under the name, the qualified name or the ARN */
  find(reference: string): InvokedFunction {
    for (const name of [reference, functionNameOf(reference)]) {
      const found = Object.hasOwn(this.#functions, name) ? this.#functions[name] : undefined;
      if (found !== undefined) return found;
    }
    const name = formatValue(functionNameOf(reference));
    throw new TypeError(
      `The execution invokes ${formatValue(reference)}, which options.functions does not have; register it: ` +
        `{ functions: { ${name}: async (input) => output } }. ` +
        `Registered are: ${Object.keys(this.#functions).map(formatValue).join(", ") || "none"}.`,
    );
  }
}

/**
 * Calls a function with its input. A durable function looks like any other, but it refuses an input that does not come
 * from the service. It is then returned, to be simulated.
 */
export async function callFunction(
  invoked: InvokedFunction,
  payload: string | undefined,
  context: LambdaContext,
): Promise<InvokeOutcome | { readonly durable: DurableLambdaHandler }> {
  try {
    return { result: JSON.stringify(await invoked(JSON.parse(payload ?? NO_PAYLOAD), context)) };
  } catch (thrown) {
    const error = errorObjectOf(thrown);
    // Only a function that withDurableExecution returned throws this error.
    if (isUnexpectedPayload(error.ErrorMessage)) return { durable: invoked as DurableLambdaHandler };
    return { error };
  }
}
