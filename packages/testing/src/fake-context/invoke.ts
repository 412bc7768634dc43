import { defaultSerdes, InvokeError, type InvokeConfig } from "@aws/durable-execution-sdk-js";
import { functionArn, functionNameOf } from "../service/arn.ts";
import { errorObjectOf } from "../service/error-object.ts";
import { isUnexpectedPayload, NO_PAYLOAD, type InvokedFunction } from "../service/invoked-function.ts";
import { lambdaContext } from "../service/lambda-context.ts";
import type { FakeExecution } from "./fake-execution.ts";
import { deserialize, serialize } from "./payload.ts";
import { never, type Scope } from "./scope.ts";
import type { TraceEntry } from "./trace-entry.ts";

/** Runs invoke: calls the function that is registered under the name or ARN. Input and output pass as JSON. */
export async function runInvoke<I, O>(
  scope: Scope,
  entry: TraceEntry,
  functionId: string,
  input: I | undefined,
  config: InvokeConfig<I, O> | undefined,
): Promise<O> {
  const { execution } = scope;
  const { clock } = execution;
  if (scope.isClosed()) return never();
  const invoked = findFunction(execution, entry, functionId);
  const payload = await serialize(
    execution,
    entry,
    input,
    config?.payloadSerdes ?? scope.serdes ?? defaultSerdes,
  );
  const event = parsePayload(execution, entry, payload);

  await clock.turnOf("functions");
  clock.hold();
  let output: string | undefined;
  try {
    const context = lambdaContext({ functionArn: functionArn(functionNameOf(functionId)) });
    output = JSON.stringify(await invoked(event, context));
  } catch (thrown) {
    const { ErrorMessage, ...error } = errorObjectOf(thrown);
    if (isUnexpectedPayload(ErrorMessage)) throw execution.terminate(durableFunction(entry, functionId));
    // The service closes the operation, even if no code awaits it any more.
    entry.fail({ ...error, ErrorMessage });
    if (execution.fault !== undefined) throw execution.fault;
    if (scope.isClosed()) return never();
    throw new InvokeError(
      ErrorMessage || "Invoke failed",
      ErrorMessage ? new Error(ErrorMessage) : undefined,
      error.ErrorData,
    );
  } finally {
    clock.release();
  }
  entry.succeedWith(output);
  if (execution.fault !== undefined) throw execution.fault;
  if (scope.isClosed()) return never();
  return deserialize<O>(execution, entry, output, config?.resultSerdes ?? scope.serdes ?? defaultSerdes);
}

function findFunction(execution: FakeExecution, entry: TraceEntry, functionId: string): InvokedFunction {
  const { functions } = execution;
  const invoked = Object.hasOwn(functions, functionId) ? functions[functionId] : undefined;
  if (typeof invoked === "function") return invoked;
  const name = JSON.stringify(functionId);
  const registered = Object.keys(functions).map((each) => JSON.stringify(each));
  throw execution.terminate(
    new Error(
      `${entry} calls the function ${name}, which is not registered; register it: ` +
        `new FakeContext({ functions: { ${name}: async (input) => … } }). ` +
        `Registered are: ${registered.join(", ") || "none"}.`,
    ),
  );
}

function durableFunction(entry: TraceEntry, functionId: string): TypeError {
  const name = JSON.stringify(functionId);
  return new TypeError(
    `${entry} calls ${name}, which is a durable function; FakeContext calls plain functions. Pass its logic with a ` +
      `context of its own, { functions: { ${name}: (input) => logic(input, new FakeContext()) } }, or use simulate.`,
  );
}

/** The service accepts only JSON. */
function parsePayload(execution: FakeExecution, entry: TraceEntry, payload: string | undefined): unknown {
  try {
    return JSON.parse(payload ?? NO_PAYLOAD);
  } catch (cause) {
    throw execution.terminate(
      new TypeError(
        `${entry} sends a payload that is no JSON: ${payload}; let its payloadSerdes write JSON.`,
        {
          cause,
        },
      ),
    );
  }
}
