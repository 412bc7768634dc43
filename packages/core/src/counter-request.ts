import { commandsParser } from "./batch.ts";
import type { Command } from "./command.ts";
import { strictObject } from "./parser.ts";
import { counterIdParser, idempotencyKeyParser, issuedAtNeedsKey, issuedAtParser } from "./request-fields.ts";
import { zodSchema } from "./zod-schema.ts";

/** Parser of {@link CounterRequest}. */
export const counterRequestParser = /* @__PURE__ */ strictObject<CounterRequest>(
  { counterId: counterIdParser, commands: commandsParser },
  { idempotencyKey: idempotencyKeyParser, issuedAt: issuedAtParser },
  [issuedAtNeedsKey],
);

/** The event of the ready-made handlers. */
export interface CounterRequest {
  /** The id of the counter: 1–256 printable characters. */
  readonly counterId: string;
  /** 1–1,000 commands, applied in order. */
  readonly commands: readonly Command[];
  /**
   * Makes an event that is delivered twice count once: 1–256 printable characters. Use a business key such as an order number,
   * not the id of a message: a message that is redriven gets a new id.
   */
  readonly idempotencyKey?: string | undefined;
  /** When the event was sent for the first time, in milliseconds since 1970. */
  readonly issuedAt?: number | undefined;
}

/** zod schema of {@link CounterRequest}. */
export const CounterRequest = /* @__PURE__ */ zodSchema(counterRequestParser);
