import type { OperationUpdate } from "@aws/durable-execution-sdk-js";
import type { CrashPoint } from "./crash-run.ts";

/** Where a process can die, in words. */
export function describePoint(point: CrashPoint): string {
  switch (point.at) {
    case "call":
      return `before the call of ${point.name}`;
    case "call-answer":
      return `after ${point.name} was carried out, before its answer arrived`;
    case "invocation-start":
      return `as invocation ${point.invocation} began`;
    case "invocation-end":
      return `as invocation ${point.invocation} ended, before its answer arrived`;
    case "checkpoint":
      return `before ${describeUpdates(point.updates)} landed`;
    case "checkpoint-answer":
      return `after ${describeUpdates(point.updates)} landed, before the answer arrived`;
    case "state-read":
      return "as the state was read";
    case "stale-call":
      return `as an invocation that was over tried ${describeUpdates(point.updates)}`;
  }
}

/** `START and SUCCEED of step "charge"` */
function describeUpdates(updates: readonly OperationUpdate[]): string {
  if (updates.length === 0) return "a poll";
  const byOperation = Map.groupBy(updates, ({ Id }) => Id);
  return Array.from(byOperation.values(), (group) => {
    const [{ Name, SubType, Type } = {}] = group;
    const kind = words(SubType ?? Type ?? "operation");
    const actions = group.map(({ Action }) => Action).join(" and ");
    return `${actions} of ${kind}${Name === undefined ? "" : ` "${Name}"`}`;
  }).join(", ");
}

/** `RunInChildContext` → `run in child context` */
function words(subType: string): string {
  return subType.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}
