import { AsyncLocalStorage } from "node:async_hooks";
import {
  applyBatch,
  isCounterError,
  type ApplyRequest,
  type ApplyResult,
  type CounterError,
  type CounterStore,
} from "@durable-counter/core";
import type { Message } from "@durable-counter/testing/dynamodb";
import type { Call, RefereeRules } from "./exactly-once.call.fixture.ts";
import { countingUpdateOf, deletesValue } from "./exactly-once.counting-write.fixture.ts";
import { RetryInstructions } from "./exactly-once.retry-instructions.fixture.ts";
import { GENERATED_KEY_SECONDS } from "./idempotency-key.ts";

/** A write that counted, as the engine carried it out. */
interface CountingWrite {
  readonly call: Call;
  readonly key: string;
  readonly life: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Watches one counter: every message that the engine executes, and every answer that a caller is given. It knows from
 * the messages alone which request counted, when, and from which value, and compares that with the guarantees:
 *
 * - no request counts twice during one life of the counter, which ends when its value is deleted
 * - no write passes a limit, and each changes the value as its batch says
 * - a call that is answered has counted, with that result; a call that says that nothing was written never counts
 * - a refusal is final for a caller that names itself, and for everything that its own store knows to be under way;
 *   without a caller's name the second copy of a duplicated message is the exception that `docs/guarantees.md` lists
 * - an unknown outcome says how to retry, and its deadline never moves
 */
export class Referee {
  readonly violations: string[] = [];
  readonly calls: Call[] = [];
  readonly #rules: RefereeRules;
  readonly #current = new AsyncLocalStorage<Call>();
  readonly #writes: CountingWrite[] = [];
  readonly #transactions = new Set<unknown>();
  readonly #instructions: RetryInstructions;
  #value: number | undefined;
  #life = 0;

  constructor(rules: RefereeRules, value?: number) {
    this.#rules = rules;
    this.#instructions = new RetryInstructions(rules);
    this.#value = value;
  }

  /** The call that sends the message of this moment; undefined for other work. */
  get caller(): Call | undefined {
    return this.#current.getStore();
  }

  /** What the counter must be at. */
  get value(): number {
    return this.#value ?? this.#rules.initial;
  }

  /** Everything that later judgements depend on. */
  get state(): unknown {
    const calls = this.calls.map((call) => [call.name, call.process, call.begunAfter, call.told]);
    return [calls, this.#writes.map(({ call, key, life }) => [this.calls.indexOf(call), key, life])];
  }

  /** Lets a store apply a request, and judges the answer; returns the error of a call that failed. */
  async ask(
    store: CounterStore,
    name: string,
    process: string,
    request: ApplyRequest,
    { now, signal }: { readonly now: () => number; readonly signal: AbortSignal },
  ): Promise<ApplyResult | CounterError> {
    const unknown = this.calls.filter(
      (other) => other.process === process && other.told === "unknown" && other.name === name,
    );
    const call: Call = {
      process,
      name,
      request,
      begunAfter: this.#writes.length,
      unknownBefore: new Set(unknown),
      begunAt: now(),
      life: this.#life,
      attempts: 0,
    };
    this.calls.push(call);
    try {
      const result = await this.#current.run(call, () => store.apply(request, { signal }));
      this.#judgeResult(call, result);
      return result;
    } catch (error) {
      if (!isCounterError(error)) {
        this.#violate(call, `ended with a foreign error, ${String(error)}`);
        throw error;
      }
      this.#judgeError(call, error, now());
      return error;
    }
  }

  /** To be called when the engine has executed a message. */
  executed(call: Call | undefined, message: Message, status: number, isCopy: boolean): void {
    if (status !== 200) return;
    // DynamoDB carries out a transaction once, however often it arrives within ten minutes.
    const { ClientRequestToken: transaction } = message.input;
    if (transaction !== undefined && this.#transactions.has(transaction)) return;
    this.#transactions.add(transaction);
    if (deletesValue(message)) {
      this.#life += 1;
      this.#value = undefined;
    }
    const update = countingUpdateOf(message);
    if (update === undefined) return;
    if (call === undefined) throw new Error("A counting write came from no call.");
    const before = this.value;
    const values = update.ExpressionAttributeValues ?? {};
    const after =
      values[":value"]?.N === undefined ? before + Number(values[":change"]?.N) : Number(values[":value"].N);
    const key = update.ExpressionAttributeNames?.["#idempotencyKey"] ?? "";
    this.#judgeWrite({ call, key, life: this.#life, before, after }, isCopy);
    this.#value = after;
    this.#writes.push({ call, key, life: this.#life, before, after });
  }

  #judgeWrite({ call, key, life, before, after }: CountingWrite, isCopy: boolean): void {
    const { commands, limits = this.#rules.limits, callerId } = call.request;
    const isSame = (write: CountingWrite) =>
      write.life === life && (write.key === key || write.call.name === call.name);
    if (this.#writes.some(isSame)) this.#violate(call, "counts twice");
    try {
      const { value } = applyBatch(before, commands, limits);
      if (value !== after) this.#violate(call, `makes ${before} to ${after} instead of ${value}`);
    } catch {
      this.#violate(call, `makes ${before} to ${after}, beyond a limit`);
    }
    if (call.told === "not-applied" && !isCopy) this.#violate(call, "counts after it was told not to");
    for (const other of this.calls) {
      // A deletion may have forgotten the refusal.
      if (other.told !== "refused" || other.name !== call.name || other.life !== life) continue;
      const isOwn = callerId !== undefined && other.request.callerId === callerId;
      const isKnown = !isCopy && (other === call || other.unknownBefore.has(call));
      if (isOwn || isKnown) this.#violate(call, "counts after its refusal");
    }
  }

  #judgeResult(call: Call, { value, results, replayed }: ApplyResult): void {
    call.told = "applied";
    this.#instructions.forget(call);
    const writes = this.#writes.filter((write) => write.call.name === call.name);
    const isTrue = writes.some(({ before, after }) => after === value && before === results[0]?.before);
    if (!isTrue) this.#violate(call, `is told ${results[0]?.before} to ${value}, which never was`);
    if (
      !replayed &&
      !writes.some((write) => write.call === call || call.request.idempotencyKey === undefined)
    )
      this.#violate(call, "is told that it counted now, and did not");
  }

  #judgeError(call: Call, { code, message, details }: CounterError, now: number): void {
    const { issuedAt } = call.request;
    const own = this.#writes.filter((write) => write.call === call);
    switch (code) {
      case "limit-exceeded": {
        call.told = "refused";
        const known = this.#writes
          .slice(0, call.begunAfter)
          .filter(({ call: { name } }) => name === call.name);
        if (known.some(({ life }) => life === this.#life)) this.#violate(call, "is refused, and had counted");
        if (own.some(({ life }) => life === this.#life))
          this.#violate(call, "is refused, and counted itself");
        return;
      }
      case "outcome-unknown": {
        call.told = "unknown";
        if (call.attempts === 0 && call.unknownBefore.size === 0)
          this.#violate(call, "is told that its outcome is unknown, and sent nothing");
        for (const problem of this.#instructions.problemsOf(call, details)) this.#violate(call, problem);
        return;
      }
      case "idempotency-key-expired":
        call.told = "expired";
        if (
          now <
          (issuedAt ?? call.begunAt) + Math.min(this.#rules.retentionSeconds, GENERATED_KEY_SECONDS) * 1_000
        )
          this.#violate(call, "is told too early that its key has expired");
        return;
      case "throttled":
      case "unavailable":
        call.told = "not-applied";
        if (own.length > 0) this.#violate(call, `is told that it was not applied, and counted: ${message}`);
        return;
      default:
        this.#violate(call, `is told ${code}: ${message}`);
    }
  }

  /** A consistent read must see what the messages made of the counter. */
  judgeValue(value: number): void {
    if (value !== this.value) this.violations.push(`The counter is at ${value} instead of ${this.value}.`);
  }

  #violate({ name, process }: Call, what: string): void {
    this.violations.push(`Request ${name} of ${process} ${what}.`);
  }
}
