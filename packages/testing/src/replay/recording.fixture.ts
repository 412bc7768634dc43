import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { LocalDurableTestRunner, WaitingOperationStatus } from "@aws/durable-execution-sdk-js-testing";

export type Program = (context: DurableContext, event: { readonly amount: number }) => Promise<unknown>;

/** An event, as JSON has it. */
export type JsonEvent = Readonly<Record<string, unknown>> & {
  readonly EventType: string;
  readonly Name?: string;
};

export function deployed(program: Program) {
  return withDurableExecution(async (event: { amount: number }, context) => program(context, event));
}

/** Runs a program in AWS's local runner, and returns its history as the AWS CLI prints it. */
export async function record(program: Program): Promise<JsonEvent[]> {
  const runner = new LocalDurableTestRunner({ handlerFunction: deployed(program) });
  runner.registerFunction("payments", async (input: { amount: number }) => ({ paid: input.amount }));
  const answer = async () => {
    const callback = await runner.getOperation("approval").waitForData(WaitingOperationStatus.SUBMITTED);
    await callback.sendCallbackSuccess("yes");
  };
  // Settles only if the program opens this callback.
  void answer().catch(() => undefined);
  const execution = await runner.run({ payload: { amount: 7 } });
  return JSON.parse(JSON.stringify(execution.getHistoryEvents())) as JsonEvent[]; // what it is, as JSON
}

/** The part of a history up to the first event of this type and name. */
export function until(events: readonly JsonEvent[], eventType: string, name?: string): JsonEvent[] {
  const index = events.findIndex(
    (event) => event.EventType === eventType && (name === undefined || event.Name === name),
  );
  if (index === -1) throw new Error(`No ${eventType} ${name ?? ""} in the history.`);
  return events.slice(0, index + 1);
}
