import { hash } from "node:crypto";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import type { Command } from "@durable-counter/core";

const namesInUse = new WeakMap<DurableContext["executionContext"], Set<string>>();

/**
 * A name that no other counter of this context has: `counter`, then `counter-2`. Operation names are the SDK's only guard
 * against code that changed between two runs, and part of every idempotency key.
 *
 * A context is identified by its `executionContext`, which each context has for itself and which stays the same behind a
 * proxy.
 */
export function uniqueName({ executionContext }: DurableContext, wanted: string): string {
  const inUse = namesInUse.get(executionContext) ?? new Set();
  namesInUse.set(executionContext, inUse);
  let name = wanted;
  for (let n = 2; inUse.has(name); n++) name = `${wanted}-${n}`;
  inUse.add(name);
  return name;
}

/**
 * The name of an operation: `cart-7/3/increment(5)`, `stock/0/set(7)`, `stock/1/batch(3:9f2a)`. It has the effect, so that the SDK notices when two
 * operations are swapped between two runs, for example because concurrent branches call a counter in another order.
 */
export function operationName(
  counter: string,
  sequence: number,
  kind: Command["type"] | "batch",
  commands: readonly Command[],
): string {
  return `${counter}/${sequence}/${kind === "batch" ? batch(commands) : short(commands)}`;
}

/** The effect in the name of an operation: `increment(5)`, `batch(3:9f2a)`. */
export function effectOfCommands(commands: readonly Command[]): string {
  return commands.length === 1 ? short(commands) : batch(commands);
}

function batch(commands: readonly Command[]): string {
  return `batch(${commands.length}:${fingerprintOf(commands.map((command) => short([command])))})`;
}

function short([command]: readonly Command[]): string {
  if (command === undefined || command.type === "get") return "get";
  return `${command.type}(${command.type === "set" ? command.value : command.amount})`;
}

/** Tells texts from others, in four digits. */
export function fingerprintOf(texts: readonly string[]): string {
  return hash("sha256", texts.join()).slice(0, 4);
}
