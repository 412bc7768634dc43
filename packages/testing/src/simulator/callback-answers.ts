import type { CallbackAnswer } from "../service/callback-answer.ts";
import { formatValue } from "../format-value.ts";

/** A callback as messages and answers name it. */
export interface CallbackName {
  readonly id: string;
  /** The operation's name, or that of the waitForCallback around it. */
  readonly name: string | undefined;
}

/** The answers a test declared, by name or id, and what became of them. */
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

  /** What to do about callbacks that nobody answers. */
  get remedy(): string {
    const name = formatValue(this.#unanswered?.name ?? this.#unanswered?.id ?? "name");
    const declared = Object.keys(this.#answers).map(formatValue).join(", ") || "none";
    return `Answer a callback with options.callbacks, as { ${name}: () => "result" }, or give it a timeout. Declared are: ${declared}.`;
  }

  /**
   * An answer for nobody beside a callback without an answer is a misspelt name.
   *
   * @throws TypeError
   */
  check(): void {
    const [unused] = this.#unused;
    if (unused === undefined || this.#unanswered === undefined) return;
    const { name, id } = this.#unanswered;
    throw new TypeError(
      `options.callbacks has ${formatValue(unused)}, but no callback of the run is called so, while ${formatValue(name ?? id)} ` +
        `had no answer; call it by the name of its operation.`,
    );
  }
}
