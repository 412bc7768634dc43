import { describe, expect, test } from "vitest";
import { checkLinearizable } from "./check-linearizable.ts";
import type { HistoryOperation } from "./history.ts";
import type { SequentialModel, StepModel } from "./model.ts";

describe("any model", () => {
  const register: SequentialModel<string | undefined, { write?: string }, string | undefined> = {
    initial: undefined,
    apply: (state, { write }) =>
      write === undefined ? { state, output: state } : { state: write, output: undefined },
  };
  const operation = (
    start: number,
    write?: string,
    output?: string,
  ): HistoryOperation<{ write?: string }, string | undefined> => ({
    start,
    end: start + 1,
    input: write === undefined ? {} : { write },
    output,
  });

  test("can compute outputs", () => {
    expect(checkLinearizable([operation(0, "x"), operation(2, undefined, "x")], register).linearizable).toBe(
      true,
    );
    expect(checkLinearizable([operation(0, "x"), operation(2)], register).linearizable).toBe(false);
    expect(checkLinearizable([operation(0), operation(2, "x")], register).linearizable).toBe(true);
  });

  test("can check outputs, for objects that may choose", () => {
    /** A bag: takes any of what was put in. */
    const bag: StepModel<readonly string[], { put?: string }, string> = {
      initial: [],
      step: (state, { put }, output) => {
        if (put !== undefined) return [...state, put].toSorted();
        if (output === undefined) return state.slice(1);
        return state.includes(output) ? state.toSpliced(state.indexOf(output), 1) : undefined;
      },
    };
    const put = (start: number, what: string) => ({ start, end: start + 1, input: { put: what } });
    const take = (start: number, output: string) => ({ start, end: start + 1, input: {}, output });
    expect(checkLinearizable([put(0, "x"), put(2, "y"), take(4, "y"), take(6, "x")], bag).linearizable).toBe(
      true,
    );
    expect(checkLinearizable([put(0, "x"), put(2, "y"), take(4, "y"), take(6, "y")], bag)).toMatchObject({
      linearizable: false,
      message: expect.stringContaining('{} → "y"'),
    });
  });

  test("needs a hash for a state with hidden content", () => {
    class Box {
      readonly #inside = 1;
      open = () => this.#inside;
    }
    const model = { initial: new Box(), apply: (state: Box) => ({ state, output: state.open() }) };
    const history = [{ start: 0, end: 1, input: 1, output: 1 }];
    expect(() => checkLinearizable(history, model)).toThrow(
      'An instance of Box is part of the state; give the model a "hash(state)".',
    );
    expect(checkLinearizable(history, { ...model, hash: () => "box" }).linearizable).toBe(true);
  });
});
