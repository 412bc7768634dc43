import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { ExecutionSummary } from "../executions/journal.ts";
import { MAX_ITEMS } from "../page.ts";
import { EmulatorClient } from "./client.ts";
import { table } from "./table.ts";
import { UsageError } from "./usage-error.ts";

type Print = (line: string) => void;

const ENDPOINT = { endpoint: { type: "string" } } as const;
const DURABLE = "/2025-12-01/durable-executions";

/** Starts an execution, and prints its result. */
export async function invoke(args: readonly string[], print: Print): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...ENDPOINT, name: { type: "string" }, event: { type: "boolean", default: false } },
  });
  const [functionName, eventFile, ...more] = positionals;
  if (functionName === undefined || more.length > 0) {
    throw new UsageError(
      "Name the function, and perhaps the file of the event: invoke FUNCTION [EVENT.json]",
    );
  }
  const reference = functionName.includes(":") ? functionName : `${functionName}:$LATEST`;
  const path = `/2015-03-31/functions/${encodeURIComponent(reference)}/invocations`;
  const response = await new EmulatorClient(values.endpoint).send("POST", path, readEvent(eventFile), {
    "x-amz-invocation-type": values.event ? "Event" : "RequestResponse",
    ...(values.name === undefined ? {} : { "x-amz-durable-execution-name": values.name }),
  });
  const arn = response.headers.get("x-amz-durable-execution-arn");
  if (values.event) {
    print(arn ?? "accepted");
    return 0;
  }
  print(await response.text());
  return response.headers.has("x-amz-function-error") ? 1 : 0;
}

/** Lists executions. */
export async function list(args: readonly string[], print: Print): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: ENDPOINT });
  const [functionName] = positionals;
  const client = new EmulatorClient(values.endpoint);
  const all = await executionsOf(client);
  const shown = all.filter((each) => functionName === undefined || each.functionName === functionName);
  if (shown.length === 0) {
    const functions = await client.get<readonly string[]>("/emulator/functions");
    if (functionName !== undefined && !functions.includes(functionName)) {
      throw new UsageError(
        `There is no function "${functionName}"; the emulator runs: ${functions.join(", ")}.`,
      );
    }
    print("There are no executions. Only functions that are wrapped by withDurableExecution have some.");
  } else {
    const rows = shown.map((each) => [
      new Date(each.startedAt).toISOString(),
      each.status,
      each.functionName,
      each.executionName,
    ]);
    print(table([["STARTED", "STATUS", "FUNCTION", "NAME"], ...rows]));
  }
  return 0;
}

/** Shows one execution. */
export async function show(args: readonly string[], print: Print): Promise<number> {
  const { client, arn } = await find(args, "show");
  print(JSON.stringify(await client.get(pathOf(arn)), undefined, 2));
  const events = await eventsOf(client, arn);
  const start = events[0]?.EventTimestamp ?? 0;
  const rows = events.map((event) => [
    `${event.EventId}`,
    `${((event.EventTimestamp - start) * 1_000).toFixed(0)} ms`,
    event.EventType,
    event.Name ?? "",
    detailsOf(event),
  ]);
  print(table([["EVENT", "AFTER", "TYPE", "NAME", "DETAILS"], ...rows]));
  return 0;
}

/** Stops one execution. */
export async function stop(args: readonly string[], print: Print): Promise<number> {
  const { client, arn } = await find(args, "stop");
  await client.send("POST", `${pathOf(arn)}/stop`, "{}");
  print(`${arn} is stopped.`);
  return 0;
}

/** Kills the process that works on an execution. */
export async function kill(args: readonly string[], print: Print): Promise<number> {
  const { client, arn } = await find(args, "kill");
  await client.send("POST", `/emulator/executions/${encodeURIComponent(arn)}/kill`, "{}");
  print(`The process that worked on ${arn} was killed.`);
  return 0;
}

/** Completes or fails a callback, or sends its heartbeat. */
export async function callback(args: readonly string[], print: Print): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...ENDPOINT,
      result: { type: "string" },
      error: { type: "string" },
      heartbeat: { type: "boolean", default: false },
    },
  });
  const [id, ...more] = positionals;
  const { result, error, heartbeat } = values;
  if (id === undefined || more.length > 0)
    throw new UsageError("Name one callback: callback ID [--result TEXT]");
  if (Number(result !== undefined) + Number(error !== undefined) + Number(heartbeat) > 1) {
    throw new UsageError("Pass only one of --result, --error and --heartbeat.");
  }
  const path = `/2025-12-01/durable-execution-callbacks/${encodeURIComponent(id)}`;
  const client = new EmulatorClient(values.endpoint);
  const send = (verb: string, body: string) =>
    client.send(
      "POST",
      `${path}/${verb}`,
      body,
      {},
      "; show EXECUTION has the id of each callback in its events CallbackStarted.",
    );
  if (heartbeat) await send("heartbeat", "");
  else if (error === undefined) await send("succeed", result ?? "");
  else await send("fail", JSON.stringify({ ErrorMessage: error }));
  print(heartbeat ? "The heartbeat was sent." : "The callback has ended.");
  return 0;
}

type ShownEvent = {
  readonly EventId: number;
  readonly EventType: string;
  readonly EventTimestamp: number;
  readonly Name?: string;
} & Readonly<Record<`${string}Details`, unknown>>;

/** What is worth reading in an event: a payload, an error, the id of a callback, or a duration. */
function detailsOf(event: ShownEvent): string {
  const { Input, Result, Error, CallbackId, Duration } = Object(event[`${event.EventType}Details`]) as {
    Input?: { Payload?: string };
    Result?: { Payload?: string };
    Error?: { Payload?: { ErrorType?: string; ErrorMessage?: string } };
    CallbackId?: string;
    Duration?: number;
  }; // the service's own
  const { ErrorType, ErrorMessage } = Error?.Payload ?? {};
  const error = [ErrorType, ErrorMessage].filter((part) => part !== undefined).join(": ");
  const text = CallbackId ?? Input?.Payload ?? Result?.Payload ?? error;
  return text === "" && Duration !== undefined ? `${Duration} s` : text.replaceAll(/\s+/gu, " ");
}

/** All events of an execution, of whose history a page has at most a thousand. */
async function eventsOf(client: EmulatorClient, arn: string): Promise<readonly ShownEvent[]> {
  const events: ShownEvent[] = [];
  let marker = "";
  do {
    const path = `${pathOf(arn)}/history?MaxItems=${MAX_ITEMS}${marker}`;
    const page = await client.get<{ Events: readonly ShownEvent[]; NextMarker?: string }>(path);
    events.push(...page.Events);
    marker = page.NextMarker === undefined ? "" : `&Marker=${encodeURIComponent(page.NextMarker)}`;
  } while (marker !== "");
  return events;
}

function executionsOf(client: EmulatorClient): Promise<readonly ExecutionSummary[]> {
  return client.get("/emulator/executions");
}

/** The execution that the arguments name: by its ARN, or by its name if no other has it. */
async function find(
  args: readonly string[],
  command: string,
): Promise<{ client: EmulatorClient; arn: string }> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: ENDPOINT });
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new UsageError(`Name one execution: ${command} ID`);
  const client = new EmulatorClient(values.endpoint);
  const all = await executionsOf(client);
  const found = all.filter(({ arn, executionName }) => arn === id || executionName === id);
  const [first, second] = found;
  if (first === undefined) throw new UsageError(`There is no execution "${id}"; list shows all.`);
  if (second !== undefined) {
    throw new UsageError(
      `${found.length} executions are named "${id}"; pass the ARN: ${found.map(({ arn }) => arn).join(", ")}`,
    );
  }
  return { client, arn: first.arn };
}

function pathOf(arn: string): string {
  return `${DURABLE}/${encodeURIComponent(arn)}`;
}

function readEvent(file: string | undefined): string {
  if (file === undefined) return "{}";
  let text;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
    JSON.parse(text);
  } catch (cause) {
    const what = text === undefined ? "cannot be read" : "is not JSON";
    throw new UsageError(`The event ${file} ${what}: ${(cause as Error).message}.`, { cause }); // both throw nothing else
  }
  return text;
}
