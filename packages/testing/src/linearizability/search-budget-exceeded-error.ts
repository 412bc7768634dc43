import type { ModelCall } from "./model-call.ts";

/** The check was stopped because there are too many possible orders. It says nothing about the history. */
export class SearchBudgetExceededError extends Error {
  override readonly name = "SearchBudgetExceededError";

  constructor(key: string, calls: readonly ModelCall[], budget: number) {
    const unknown = calls.filter(({ deadline }) => deadline === Infinity).length;
    const history = key === "" ? "The history" : `The history of ${JSON.stringify(key)}`;
    super(
      `${history} is too concurrent to be checked: no verdict after ${budget} configurations. ` +
        `Of its ${calls.length} operations up to ${mostAtOnce(calls)} were under way at once, and ${unknown} ` +
        `${unknown === 1 ? "has" : "have"} an unknown outcome. Check a shorter history, let fewer operations ` +
        "overlap, or pass a larger options.budget.",
    );
  }
}

function mostAtOnce(calls: readonly ModelCall[]): number {
  const events = calls
    .filter(({ deadline }) => deadline < Infinity)
    .flatMap(({ start, deadline }) => [
      { time: start, change: 1 },
      { time: deadline, change: -1 },
    ])
    .toSorted((a, b) => a.time - b.time || b.change - a.change);
  let open = 0;
  let most = 0;
  for (const { change } of events) {
    open += change;
    most = Math.max(most, open);
  }
  return most;
}
