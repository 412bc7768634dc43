import { commandsParser } from "./batch.ts";
import type { Command } from "./command.ts";
import { counterValueParser, limitsParser, type Limits } from "./limits.ts";
import { strictObject } from "./parser.ts";
import { counterIdParser, keyParsers, keyRules } from "./request-fields.ts";
import { counterWindowParser, type CounterWindow } from "./window.ts";
import { zodSchema } from "./zod-schema.ts";

/** The parsers of what a request to change a counter may leave out. */
export const requestOptions = {
  ...keyParsers,
  limits: limitsParser,
  initial: counterValueParser,
  window: counterWindowParser,
};

/** Parser of {@link ApplyRequest}. */
export const applyRequestParser = strictObject<ApplyRequest>(
  { id: counterIdParser, commands: commandsParser },
  requestOptions,
  keyRules,
);

/** A batch of commands for a {@link CounterStore}. */
export interface ApplyRequest {
  /** The id of the counter: 1–256 printable characters. */
  readonly id: string;
  /** 1–1,000 commands, applied in order, all or nothing. */
  readonly commands: readonly Command[];
  /** The store answers the same request with the same key from its record instead of applying it again. */
  readonly idempotencyKey?: string | undefined;
  /** When the key was sent for the first time, in milliseconds since 1970. Requires `idempotencyKey`. */
  readonly issuedAt?: number | undefined;
  /**
   * Who sends the request: 1–256 printable characters, the same for all attempts. Pass it if an earlier attempt may still be
   * in flight, for example after a crash. A refusal (`limit-exceeded`) is then final for this caller: no attempt counts
   * after it, and the same key is refused again. It costs a write. Requires `idempotencyKey`.
   */
  readonly callerId?: string | undefined;
  /** Replaces the store's limits for this request. */
  readonly limits?: Limits | undefined;
  /** Replaces the store's initial value for this request: a safe integer. */
  readonly initial?: number | undefined;
  /**
   * Replaces the store's window for this request. It counts in the window that has its `issuedAt`; without one, in the window in
   * which it reached the store first. Counters with the same id and different windows are different counters.
   */
  readonly window?: CounterWindow | undefined;
}

/** zod schema of {@link ApplyRequest}. */
export const ApplyRequest = /* @__PURE__ */ zodSchema(applyRequestParser);
