import type { CallbackAnswer } from "../service/callback-answer.ts";
import { formatValue } from "../format-value.ts";

/** The id and the name of a callback. */
export interface CallbackName {
  readonly id: string;
  /** The name of the operation, or of the waitForCallback around it. */
  readonly name: string | undefined;
}

/** The declared answers by name or id, and which of them were used. */
export class CallbackAnswers {
  readonly #answers: Readonly<Record<string, CallbackAnswer>>;
  readonly #unused: Set<string>;
  #unanswered: CallbackName | undefined;

  constructor(answers: Readonly<Record<string, CallbackAnswer>>) {
    this.#answers = answers;
    this.#unused = new Set(Object.keys(answers));
  }

  find(callback: CallbackName): CallbackAnswer | undefined {
    for (const key of [callback.name, callback.id]) {
      if (key === undefined || !Object.hasOwn(this.#answers, key)) continue;
      this.#unused.delete(key);
      return this.#answers[key];
    }
    this.#unanswered ??= callback;
    return undefined;
  }

  /** Tells how to answer a callback that has no answer. */
  get remedy(): string {
    const { name = "name" } = this.#unanswered ?? {};
    const declared = Object.keys(this.#answers).map(formatValue).join(", ") || "none";
    const named =
      this.#unanswered === undefined || this.#unanswered.name !== undefined
        ? "Answer a callback"
        : 'Name the callback, as createCallback("name"), and answer it';
    return (
      `${named} with options.callbacks, as { ${formatValue(name)}: () => "result" }, or give it a timeout. ` +
      `Declared are: ${declared}.`
    );
  }

  /**
   * Reports a name that is probably misspelt: an answer was not used, and a callback had no answer.
   *
   * @throws TypeError
   */
  check(): void {
    const [unused] = this.#unused;
    if (unused === undefined || this.#unanswered === undefined) return;
    throw new TypeError(
      `options.callbacks has ${formatValue(unused)}, but no callback of the run is called so, while ` +
        `${labelOf(this.#unanswered)} had no answer; call it by the name of its operation.`,
    );
  }
}

/** For messages. The id is opaque, and different in every execution. */
export function labelOf({ name }: CallbackName): string {
  return name === undefined ? "an unnamed callback" : formatValue(name);
}
