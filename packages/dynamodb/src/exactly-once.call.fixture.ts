import type { ApplyRequest, Limits } from "@durable-counter/core";

/** One call of `apply`, and what became of it. */
export interface Call {
  /** Its store: calls of one store share a cache. */
  readonly process: string;
  /** Names the request that this call sends, perhaps not for the first time. */
  readonly name: string;
  readonly request: ApplyRequest;
  /** How many counting writes had been executed when it began. */
  readonly begunAfter: number;
  /** The calls of the same store and request that had ended as unknown when it began. */
  readonly unknownBefore: ReadonlySet<Call>;
  /** When it began, by the clock of its process. */
  readonly begunAt: number;
  /** How often the counter had been deleted when it began. */
  readonly life: number;
  told?: "applied" | "refused" | "unknown" | "not-applied" | "expired";
  attempts: number;
}

/** How the store under test counts. */
export interface RefereeRules {
  readonly limits: Limits | undefined;
  readonly initial: number;
  readonly retentionSeconds: number;
}
