import * as z from "zod/mini";
import { Command } from "./command.ts";
import { CounterValue, Limits } from "./limits.ts";
import { withRemedy } from "./parse.ts";

/** The most commands one batch may have. */
const MAX_COMMANDS = 1_000;

const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u;
const printable = z.custom<string>(
  (text) => typeof text === "string" && PRINTABLE.test(text),
  withRemedy("pass 1 to 256 printable characters"),
);

/** Names a counter: 1–256 printable characters. */
export const CounterId = printable;

/** Names a request, so that the same request sent again is recognised: 1–256 printable characters. */
export const IdempotencyKey = printable;

/** 1–1,000 commands. The length is looked at first: nobody waits for a million entries to be refused one by one. */
export const Commands = z.pipe(
  z.custom<unknown[]>((value) => Array.isArray(value) && value.length >= 1 && value.length <= MAX_COMMANDS, {
    ...withRemedy(`pass an array of 1 to ${MAX_COMMANDS} commands`),
  }),
  z.array(Command),
);

/**
 * When an idempotency key was sent for the first time, in milliseconds since 1970: a store that remembers keys for a while
 * refuses what is older, instead of taking it for new.
 */
export const IssuedAt = z.custom<number>(
  (ms) => Number.isSafeInteger(ms) && ms >= 0,
  withRemedy("pass whole milliseconds since 1970"),
);

/** A time without an idempotency key would be the time of nothing. */
export const issuedAtNeedsKey = z.refine<{
  idempotencyKey?: string | undefined;
  issuedAt?: number | undefined;
}>(
  ({ idempotencyKey, issuedAt }) => issuedAt === undefined || idempotencyKey !== undefined,
  withRemedy('pass "issuedAt" only with a "idempotencyKey"'),
);

/**
 * Names who asks, where they may ask again not knowing what they left on its way, as after a crash: 1–256 printable
 * characters, for example an execution's ARN. A refusal (`limit-exceeded`) is then final for this caller: no attempt
 * of theirs counts after it, and asking again with the idempotency key is refused alike. It costs a write. Another caller, and who
 * does not say who they are, may try a refused idempotency key anew.
 */
export const CallerId = printable;

/** Without an idempotency key nothing is remembered. */
export const callerIdNeedsKey = z.refine<{
  idempotencyKey?: string | undefined;
  callerId?: string | undefined;
}>(
  ({ idempotencyKey, callerId }) => callerId === undefined || idempotencyKey !== undefined,
  withRemedy('pass "callerId" only with a "idempotencyKey"'),
);

/**
 * The event of the ready-made handlers. A `idempotencyKey` makes an event that is delivered twice count once; `issuedAt` says
 * since when it may have been delivered.
 */
export const CounterRequest = z
  .strictObject(
    {
      counterId: CounterId,
      commands: Commands,
      idempotencyKey: z.optional(IdempotencyKey),
      issuedAt: z.optional(IssuedAt),
    },
    withRemedy(
      'pass an object with "counterId", "commands" and, if you like, "idempotencyKey" and "issuedAt"',
    ),
  )
  .check(issuedAtNeedsKey);
export type CounterRequest = Readonly<z.infer<typeof CounterRequest>>;

/** What a {@link CounterStore} is asked to apply. `limits` and `initial` go before the store's own. */
export const ApplyRequest = z
  .strictObject(
    {
      id: CounterId,
      commands: Commands,
      idempotencyKey: z.optional(IdempotencyKey),
      issuedAt: z.optional(IssuedAt),
      callerId: z.optional(CallerId),
      limits: z.optional(Limits),
      initial: z.optional(CounterValue),
    },
    withRemedy(
      'pass an object with "id", "commands" and, if you like, "idempotencyKey", "issuedAt", "callerId", "limits" and "initial"',
    ),
  )
  .check(issuedAtNeedsKey, callerIdNeedsKey);
export type ApplyRequest = Readonly<Omit<z.infer<typeof ApplyRequest>, "commands">> & {
  readonly commands: readonly Command[];
};
