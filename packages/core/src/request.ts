import * as z from "zod/mini";
import { Command } from "./command.ts";
import { CounterValue, Limits } from "./limits.ts";
import { instead } from "./parse.ts";

/** The most commands one batch may have. */
const MAX_COMMANDS = 1_000;

const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u;
const printable = z.custom<string>(
  (text) => typeof text === "string" && PRINTABLE.test(text),
  instead("pass 1 to 256 printable characters"),
);

/** Names a counter: 1–256 printable characters. */
export const CounterId = printable;

/** Names a request, so that the same request sent again is recognised: 1–256 printable characters. */
export const Token = printable;

/** 1–1,000 commands. The length is looked at first: nobody waits for a million entries to be refused one by one. */
export const Commands = z.pipe(
  z.custom<unknown[]>((value) => Array.isArray(value) && value.length >= 1 && value.length <= MAX_COMMANDS, {
    ...instead(`pass an array of 1 to ${MAX_COMMANDS} commands`),
  }),
  z.array(Command),
);

/**
 * When a token was sent for the first time, in milliseconds since 1970: a store that remembers tokens for a while
 * refuses what is older, instead of taking it for new.
 */
export const IssuedAt = z.custom<number>(
  (ms) => Number.isSafeInteger(ms) && ms >= 0,
  instead("pass whole milliseconds since 1970"),
);

/** A time without a token would be the time of nothing. */
export const isTokensTime = z.refine<{ token?: string | undefined; issuedAt?: number | undefined }>(
  ({ token, issuedAt }) => issuedAt === undefined || token !== undefined,
  instead('pass "issuedAt" only with a "token"'),
);

/**
 * Names who asks, where they may ask again not knowing what they left on its way, as after a crash: 1–256 printable
 * characters, for example an execution's ARN. A refusal (`limit-exceeded`) is then final for this caller: no attempt
 * of theirs counts after it, and asking again with the token is refused alike. It costs a write. Another caller, and who
 * does not say who they are, may try a refused token anew.
 */
export const Caller = printable;

/** Without a token nothing is remembered. */
export const isTokensCaller = z.refine<{ token?: string | undefined; caller?: string | undefined }>(
  ({ token, caller }) => caller === undefined || token !== undefined,
  instead('pass "caller" only with a "token"'),
);

/**
 * The event of the ready-made handlers. A `token` makes an event that is delivered twice count once; `issuedAt` says
 * since when it may have been delivered.
 */
export const CounterRequest = z
  .strictObject(
    { counterId: CounterId, commands: Commands, token: z.optional(Token), issuedAt: z.optional(IssuedAt) },
    instead('pass an object with "counterId", "commands" and, if you like, "token" and "issuedAt"'),
  )
  .check(isTokensTime);
export type CounterRequest = Readonly<z.infer<typeof CounterRequest>>;

/** What a {@link CounterStore} is asked to apply. `limits` and `initial` go before the store's own. */
export const ApplyRequest = z
  .strictObject(
    {
      id: CounterId,
      commands: Commands,
      token: z.optional(Token),
      issuedAt: z.optional(IssuedAt),
      caller: z.optional(Caller),
      limits: z.optional(Limits),
      initial: z.optional(CounterValue),
    },
    instead(
      'pass an object with "id", "commands" and, if you like, "token", "issuedAt", "caller", "limits" and "initial"',
    ),
  )
  .check(isTokensTime, isTokensCaller);
export type ApplyRequest = Readonly<Omit<z.infer<typeof ApplyRequest>, "commands">> & {
  readonly commands: readonly Command[];
};
