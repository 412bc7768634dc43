import { canonical } from "./canonical-text.ts";
import { outcomeOf, type HistoryOperation } from "./history.ts";
import { advance, hashOf, type Model, type Observation } from "./model.ts";
import type { Call } from "./search.ts";

/** An operation of a history, prepared for the search. */
export interface ModelCall<State = unknown> extends Call<State> {
  readonly operation: HistoryOperation;
  /** The same call without its output and with an optional effect. It allows everything that the call allows. */
  readonly relaxed: Call<State>;
}

/** @param input the input of the operation, parsed and simplified by the model */
export function modelCall<State>(
  operation: HistoryOperation,
  input: unknown,
  model: Model<State, unknown, unknown>,
): ModelCall<State> {
  const { start, end = Infinity } = operation;
  const outcome = outcomeOf(operation);
  const isUnknown = outcome === "unknown";
  const deadline = isUnknown ? Infinity : end;
  const seen = !isUnknown && "output" in operation ? { output: operation.output } : undefined;
  const go = (state: State, observation: Observation<unknown>) => advance(model, state, input, observation);
  const relaxed = {
    start,
    deadline,
    required: false,
    isIdle: false,
    kind: kindOf(["optional", input]),
    // A failed operation had no effect.
    advance: (state: State) => (outcome === "failed" ? undefined : go(state, undefined)),
  };
  if (isUnknown) return { ...relaxed, operation, relaxed };
  return {
    operation,
    start,
    deadline,
    required: true,
    isIdle: outcome === "failed" || (seen !== undefined && model.isIdle?.(input, seen.output) === true),
    kind: kindOf([outcome, input, seen]),
    advance: (state) => {
      const next = go(state, seen);
      const hadEffect = next !== undefined && hashOf(model, next.state) !== hashOf(model, state);
      return outcome === "failed" && hadEffect ? undefined : next;
    },
    relaxed,
  };
}

/** A call that has no canonical text is of a kind of its own. That makes the search slower, and not wrong. */
function kindOf(parts: unknown): string {
  try {
    return canonical(parts, "an operation");
  } catch {
    return `unique ${(unique += 1)}`;
  }
}

let unique = 0;
