import { CheckpointTokens, type Operation } from "@durable-counter/testing/service";
import { invalidMember } from "../api-error.ts";

/** Operations on one page of an execution's state, and bytes of JSON: Lambda's events are limited to 6 MB. */
const PAGE_SIZE = 1_000;
const PAGE_BYTES = 4_000_000;

/** One page of the state of an execution. */
export interface StatePage {
  readonly Operations: readonly Operation[];
  readonly NextMarker?: string;
}

/** The answer to a checkpoint call. Without a token the invocation is over. */
export interface CheckpointAnswer {
  readonly CheckpointToken?: string;
  readonly NewExecutionState: StatePage;
}

/** What the service knows of a running invocation: its valid token, and the state that it started with. */
export class CheckpointSession {
  readonly #tokens: CheckpointTokens;
  #snapshot: readonly Operation[] = [];
  #last:
    { readonly token: string; readonly clientToken: string; readonly answer: CheckpointAnswer } | undefined;

  constructor(tokenPrefix: string) {
    this.#tokens = new CheckpointTokens(tokenPrefix);
  }

  /** Begins an invocation that starts with this state. */
  begin(snapshot: readonly Operation[]): { readonly token: string; readonly firstPage: StatePage } {
    this.#snapshot = snapshot;
    this.#last = undefined;
    return { token: this.#tokens.issue(), firstPage: this.#page(0, PAGE_SIZE) };
  }

  /** Refuses every call until the next invocation. */
  end(): void {
    this.#tokens.revoke();
    this.#last = undefined;
    this.#snapshot = [];
  }

  /** @throws StaleTokenError, or ApiError for a marker that no page has returned */
  read(token: string, marker: string | undefined, maxItems: number): StatePage {
    this.#tokens.check(token);
    const start = Number(marker ?? 0);
    if (!Number.isInteger(start) || start < 0 || start > this.#snapshot.length) {
      throw invalidMember(marker, "marker", "Member must be a NextMarker");
    }
    return this.#page(start, maxItems === 0 ? PAGE_SIZE : Math.min(maxItems, PAGE_SIZE));
  }

  /** The answer to a call that the client has sent again because it got no reply. */
  repeated(token: string | undefined, clientToken: string | undefined): CheckpointAnswer | undefined {
    const last = this.#last;
    if (last === undefined || token !== last.token || clientToken !== last.clientToken) return undefined;
    return last.answer;
  }

  /** @throws StaleTokenError */
  check(token: string | undefined): void {
    this.#tokens.check(token);
  }

  /** Answers a call, with the token for the next one unless the execution has ended. */
  answer(
    token: string,
    clientToken: string | undefined,
    changes: readonly Operation[],
    hasEnded: boolean,
  ): CheckpointAnswer {
    const NewExecutionState = { Operations: changes };
    if (hasEnded) this.#tokens.revoke();
    const answer = hasEnded
      ? { NewExecutionState }
      : { CheckpointToken: this.#tokens.issue(), NewExecutionState };
    this.#last = clientToken === undefined ? undefined : { token, clientToken, answer };
    return answer;
  }

  #page(start: number, maxItems: number): StatePage {
    const Operations: Operation[] = [];
    let bytes = 0;
    for (const operation of this.#snapshot.slice(start, start + maxItems)) {
      bytes += sizeOf(operation);
      if (bytes > PAGE_BYTES && Operations.length > 0) break;
      Operations.push(operation);
    }
    const next = start + Operations.length;
    return next < this.#snapshot.length ? { Operations, NextMarker: `${next}` } : { Operations };
  }
}

/** Roughly: what is large is the text. An operation has the details of its type alone. */
function sizeOf(operation: Operation): number {
  const { ExecutionDetails, StepDetails, ContextDetails, CallbackDetails, ChainedInvokeDetails } = operation;
  const { Result } = StepDetails ?? ContextDetails ?? CallbackDetails ?? ChainedInvokeDetails ?? {};
  const text = ExecutionDetails?.InputPayload ?? Result ?? "";
  return 500 + 3 * text.length;
}
