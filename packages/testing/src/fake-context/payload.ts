import type { AnySerdes } from "@aws/durable-execution-sdk-js";
import type { FakeExecution } from "./fake-execution.ts";
import type { TraceEntry } from "./trace-entry.ts";

/** The SDK's default for callbacks: it passes the text unchanged. */
export const passThrough: AnySerdes = {
  serialize: async (value) => value,
  deserialize: async (data) => data,
};

/** Records a result and returns it as JSON would return it, as the SDK does even on the first run. */
export function succeedThroughJson<T>(execution: FakeExecution, entry: TraceEntry, result: T): T {
  if (survivesJson(result)) {
    entry.succeed(result);
    return result;
  }
  let json: string | undefined;
  try {
    json = JSON.stringify(result);
  } catch (error) {
    throw execution.terminate(unserializable(entry, error));
  }
  entry.succeedWith(json);
  // For the types of the SDK, a T is still a T after JSON.
  return (json === undefined ? undefined : JSON.parse(json)) as T;
}

/** Serializes a value. An error of the serdes ends the execution. */
export async function serialize(
  execution: FakeExecution,
  entry: TraceEntry,
  value: unknown,
  serdes: AnySerdes,
): Promise<string | undefined> {
  try {
    return await serdes.serialize(value, { entityId: entry.id, durableExecutionArn: execution.arn });
  } catch (error) {
    throw execution.terminate(unserializable(entry, error));
  }
}

/** Deserializes a value. An error of the serdes ends the execution. */
export async function deserialize<T>(
  execution: FakeExecution,
  entry: TraceEntry,
  text: string | undefined,
  serdes: Pick<AnySerdes, "deserialize">,
): Promise<T> {
  try {
    return await serdes.deserialize(text, { entityId: entry.id, durableExecutionArn: execution.arn });
  } catch (error) {
    const reason = error instanceof Error ? error.message : "Unknown deserialization error";
    throw execution.terminate(serdesFailure(`Deserialization failed for step ${labelOf(entry)}: ${reason}`));
  }
}

function unserializable(entry: TraceEntry, error: unknown): Error {
  const reason = error instanceof Error ? error.message : "Unknown serialization error";
  return serdesFailure(`Serialization failed for step ${labelOf(entry)}: ${reason}`);
}

/** Looks like the error class of the SDK, which is not exported. */
function serdesFailure(message: string): Error {
  const error = new Error(`[Unrecoverable Invocation] ${message}`);
  error.name = "SerdesFailedError";
  return error;
}

function labelOf({ id, name }: TraceEntry): string {
  return name === undefined || name === "" ? `(${id})` : `"${name}" (${id})`;
}

/** Whether JSON would return the value unchanged. Then most steps need no serialization. */
function survivesJson(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    default:
      return value === null;
  }
}
