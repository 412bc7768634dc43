import {
  DurableExecutionApiClient,
  withDurableExecution,
  type DurableContext,
  type DurableLambdaHandler,
} from "@aws/durable-execution-sdk-js";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { z } from "zod";

const PREFIX = "observed ";

/** What a process did since its invocation began. */
const Work = z.strictObject({
  /** Where in the program it is. */
  at: z.string(),
  pid: z.int(),
  /** Operations of the history that it read, the execution itself not counted. */
  operations: z.int(),
  /** Of these operations as JSON. */
  bytes: z.int(),
  pages: z.int(),
  /** CPU time in microseconds: of the process until its first invocation, and of this invocation until now. */
  startMicroseconds: z.number(),
  microseconds: z.number(),
});
export type Work = z.infer<typeof Work>;

/** A program that can report how much work led to a place in it. */
type Program<Event> = (
  event: Event,
  context: DurableContext,
  report: (at: string) => void,
) => Promise<unknown>;

/** Makes a durable function of a program. Its process writes each report as a line. */
export function reportingHandler<Event>(program: Program<Event>): DurableLambdaHandler {
  let read = { operations: 0, bytes: 0, pages: 0 };
  let began = 0;
  let startMicroseconds: number | undefined;
  const add = (operations: readonly unknown[] = []) => {
    read.operations += operations.length;
    read.bytes += Buffer.byteLength(JSON.stringify(operations));
    read.pages++;
  };
  const client = new LambdaClient();
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const reply = await next(args);
        if (commandName === "GetDurableExecutionStateCommand")
          add((reply.output as { Operations?: unknown[] }).Operations); // as the command returns them
        return reply;
      },
    { step: "initialize", name: "report-work" },
  );
  const handler = withDurableExecution(
    (event: Event, context) =>
      program(event, context, (at) => {
        const microseconds = cpuTime() - began;
        const work: Work = {
          at,
          pid: process.pid,
          ...read,
          startMicroseconds: startMicroseconds ?? 0,
          microseconds,
        };
        console.log(PREFIX + JSON.stringify(work));
      }),
    { durableExecutionClient: new DurableExecutionApiClient(client) },
  );
  return (event, context) => {
    began = cpuTime();
    startMicroseconds ??= began;
    read = { operations: -1, bytes: 0, pages: 0 }; // without the execution itself
    add(event.InitialExecutionState.Operations);
    return handler(event, context);
  };
}

/** @returns undefined for a line that is no report */
export function workOf(line: string): Work | undefined {
  return line.startsWith(PREFIX) ? Work.parse(JSON.parse(line.slice(PREFIX.length))) : undefined;
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
