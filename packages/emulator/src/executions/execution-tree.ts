import type { ExecutionHistoryJson } from "@durable-counter/testing";
import type { Execution } from "./execution.ts";
import type { Executions } from "./executions.ts";

/** A function that invokes itself has no last execution, and a page with too many can neither be drawn nor read. */
const MAX_DRAWN = 50;

interface Branch {
  readonly execution: Execution;
  readonly invoked: Record<string, Branch>;
  readonly leftOut: string[];
}

/**
 * The history of an execution and of those that it has invoked, as `renderTimeline` takes it. Those that are the fewest
 * invocations away come first; beyond the limit, the operations that invoked an execution are named as left out.
 */
export function historyTree(
  executions: Executions,
  root: Execution,
  limit = MAX_DRAWN,
): ExecutionHistoryJson {
  const top = branch(root);
  const branches = [top]; // grows while it is walked
  for (const { execution, invoked, leftOut } of branches) {
    const { recorded } = execution;
    for (const [id, update] of recorded.invokes) {
      const callee = executions.invokedBy(recorded.start, update);
      if (callee === undefined) continue;
      if (branches.length < limit) branches.push((invoked[id] = branch(callee)));
      else leftOut.push(id);
    }
  }
  return historyOf(top);
}

function branch(execution: Execution): Branch {
  return { execution, invoked: {}, leftOut: [] };
}

function historyOf({ execution, invoked, leftOut }: Branch): ExecutionHistoryJson {
  const events = JSON.parse(JSON.stringify(execution.recorded.history.events)) as object[]; // the same, with times as text
  const below = Object.entries(invoked).map(([id, each]) => [id, historyOf(each)] as const);
  return { Events: events, invoked: Object.fromEntries(below), leftOut };
}
