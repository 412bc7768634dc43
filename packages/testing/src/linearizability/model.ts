import { isDeepStrictEqual } from "node:util";
import { canonical } from "./canonical-text.ts";
import type { HistoryOperation } from "./history.ts";

/** What an object does when it is asked one thing at a time. Pure: a state is never changed in place. */
export interface SequentialModel<State, Input, Output> extends ModelTraits<State, Input, Output> {
  /** What the object answers in this state, and the state after. */
  apply(state: State, input: Input): { readonly state: State; readonly output: Output };
  /** Whether `seen` is what the caller sees of `expected`. Default: deep equality. */
  matches?(seen: Output, expected: Output): boolean;
}

/** A model that judges outputs rather than making them: for objects with a choice of answers. Pure. */
export interface StepModel<State, Input, Output> extends ModelTraits<State, Input, Output> {
  /**
   * The state after, or `undefined` where the object cannot give this output in this state. An `output` that is
   * `undefined` was not seen: then tell what the state would be.
   */
  step(state: State, input: Input, output: Output | undefined): State | undefined;
}

export type Model<State, Input, Output> =
  SequentialModel<State, Input, Output> | StepModel<State, Input, Output>;

interface ModelTraits<State, Input, Output> {
  readonly initial: State;
  /** Equal texts for equal states, different ones for different states. Default: for plain data, Maps, Sets, Dates. */
  hash?(state: State): string;
  /**
   * Whether an operation that was answered so changes nothing, in any state: a read, or a refusal. It spares the search
   * most of its work; what is wrongly called so makes it say "not linearizable" of what is. Default: none is.
   */
  isIdle?(input: Input, output: Output): boolean;
  /** An operation in a few words, for the reader of a failure. */
  describe?(operation: HistoryOperation<Input, Output>): string;
  /** Checks an input, once. @throws naming `path`, value and remedy */
  parse?(input: unknown, path: string): Input;
  /** Takes from the inputs of one key, in order, what cannot matter, so that more of them are alike. */
  simplify?(inputs: readonly Input[]): readonly Input[];
}

/** What an operation's answer says about it. */
export type Observation<Output> = { readonly output: Output } | undefined;

/** The state after, boxed since any value may be a state; `undefined` where the observation is impossible. */
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

/** @throws TypeError for a state that has no canonical text, where the model brings no `hash` */
export function hashOf<State, Input, Output>(model: Model<State, Input, Output>, state: State): string {
  return model.hash === undefined
    ? canonical(state, 'the state; give the model a "hash(state)"')
    : model.hash(state);
}
