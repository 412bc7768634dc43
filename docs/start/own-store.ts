import {
  applyBatch,
  ApplyRequest,
  parseInput,
  type ApplyResult,
  type CounterOptions,
  type CounterStore,
} from "@durable-counter/core";

/** A first version of a store of one's own. It lacks much of what the contract asks for. */
export class OwnStore implements CounterStore {
  readonly #values = new Map<string, number>();
  readonly #defaults: CounterOptions;

  constructor(defaults: CounterOptions = {}) {
    this.#defaults = defaults;
  }

  async apply(request: ApplyRequest): Promise<ApplyResult> {
    const { id, commands, ...own } = parseInput(ApplyRequest, request, "request");
    const { limits = this.#defaults.limits, initial = this.#defaults.initial ?? 0 } = own;
    const result = applyBatch(this.#values.get(id) ?? initial, commands, limits, id);
    this.#values.set(id, result.value);
    return { ...result, replayed: false };
  }

  async get(id: string): Promise<number> {
    return this.#values.get(id) ?? this.#defaults.initial ?? 0;
  }

  async delete(id: string): Promise<void> {
    this.#values.delete(id);
  }

  async *list() {
    for (const [id, value] of this.#values) yield { id, value };
  }
}
