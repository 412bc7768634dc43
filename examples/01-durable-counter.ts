// The state lives in the execution: every command is a durable step, and the value is carried forward by checkpoint
// and replay. No other execution sees this counter; it suits what one workflow counts on its way.
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { counterRequestParser, parseInput } from "@durable-counter/core";
import { durableCounter } from "@durable-counter/durable";

/** The event is a `CounterRequest`, the result the value after every command. */
export async function count(event: unknown, context: DurableContext) {
  const { commands } = parseInput(counterRequestParser, event, "event");
  const counter = durableCounter(context, { limits: { min: 0 } });
  const values: number[] = [];
  for (const command of commands) {
    if (command.type === "increment") values.push(await counter.increment(command.amount));
    else if (command.type === "decrement") values.push(await counter.decrement(command.amount));
    else if (command.type === "set") values.push(await counter.set(command.value));
    else values.push(await counter.get());
  }
  return { value: values.at(-1), values };
}

export const handler = withDurableExecution(count);
