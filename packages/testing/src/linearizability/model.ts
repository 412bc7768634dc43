import { isDeepStrictEqual } from "node:util";
import { canonical } from "./canonical-text.ts";
import type { HistoryOperation } from "./history.ts";

/** A model that runs one operation at a time. It is pure: a state is never modified. */
export interface SequentialModel<State, Input, Output> extends ModelTraits<State, Input, Output> {
  /** The output of the object in this state, and the next state. */
  apply(state: State, input: Input): { readonly state: State; readonly output: Output };
  /** Whether a caller who expects `expected` can have seen `seen`. Default: deep equality. */
  matches?(seen: Output, expected: Output): boolean;
}

/** A model that checks an output instead of computing it, for objects that may choose their answer. It is pure. */
export interface StepModel<State, Input, Output> extends ModelTraits<State, Input, Output> {
  /**
   * The next state, or `undefined` if the object cannot give this output in this state. If `output` is `undefined`, it
   * is unknown; then return the state after the operation.
   */
  step(state: State, input: Input, output: Output | undefined): State | undefined;
}

/** What an object does when one operation runs at a time. */
export type Model<State, Input, Output> =
  SequentialModel<State, Input, Output> | StepModel<State, Input, Output>;

interface ModelTraits<State, Input, Output> {
  readonly initial: State;
  /**
   * The same text for equal states, and different texts for different states. The default works for plain data, Maps,
   * Sets and Dates.
   */
  hash?(state: State): string;
  /**
   * Whether an operation with this output changes nothing in any state, such as a read or a refusal. It makes the
   * search much faster. If it is wrong, a linearizable history can be rejected. Default: no operation is idle.
   */
  isIdle?(input: Input, output: Output): boolean;
  /** Describes an operation in a few words, for messages. */
  describe?(operation: HistoryOperation<Input, Output>): string;
  /**
   * Checks an input once.
   *
   * @throws an error that names `path`, the value and the remedy
   */
  parse?(input: unknown, path: string): Input;
  /** Removes from the inputs of one key what has no influence, so that more inputs are equal. */
  simplify?(inputs: readonly Input[]): readonly Input[];
}

/** What is known of an output. */
export type Observation<Output> = { readonly output: Output } | undefined;

/** The next state, in an object because a state can be any value. `undefined` if the observation is impossible. */
export function advance<State, Input, Output>(
  model: Model<State, Input, Output>,
  state: State,
  input: Input,
  seen: Observation<Output>,
): { readonly state: State } | undefined {
  if ("step" in model) {
    const next = model.step(state, input, seen?.output);
    return next === undefined ? undefined : { state: next };
  }
  const { state: next, output } = model.apply(state, input);
  if (seen === undefined) return { state: next };
  const matches = model.matches?.(seen.output, output) ?? isDeepStrictEqual(seen.output, output);
  return matches ? { state: next } : undefined;
}

/** @throws TypeError for a state that has no canonical text, if the model has no `hash` */
export function hashOf<State, Input, Output>(model: Model<State, Input, Output>, state: State): string {
  return model.hash === undefined
    ? canonical(state, 'the state; give the model a "hash(state)"')
    : model.hash(state);
}
