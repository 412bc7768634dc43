import {
  applyBatch,
  ApplyRequest,
  parseInput,
  type ApplyResult,
  type CounterStore,
} from "@durable-counter/core";

/** A first version of a store of one's own. It lacks most of what the contract asks for. */
export class OwnStore implements CounterStore {
  readonly #values = new Map<string, number>();

  async apply(request: ApplyRequest): Promise<ApplyResult> {
    const { id, commands, limits, initial = 0 } = parseInput(ApplyRequest, request, "request");
    const result = applyBatch(this.#values.get(id) ?? initial, commands, limits, id);
    this.#values.set(id, result.value);
    return { ...result, replayed: false };
  }

  async get(id: string): Promise<number> {
    return this.#values.get(id) ?? 0;
  }

  async delete(id: string): Promise<void> {
    this.#values.delete(id);
  }

  async *list() {
    for (const [id, value] of this.#values) yield { id, value };
  }
}
