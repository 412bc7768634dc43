import {
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type TransactWriteItemsCommandInput,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";

/** One attempt of a command. */
export interface Attempt {
  /**
   * - `untracked`: the client ran none of our middleware, as a stub does; nothing is known
   * - `unsent`: the command entered the client, and nothing has left it
   * - `sent`: the request may have left, and nothing was heard of it
   * - `answered`: a reply without an error was read
   * - `failed`: the attempt ended with `error`
   */
  state: "untracked" | "unsent" | "sent" | "answered" | "failed";
  error?: unknown;
}

/** The attempts of one call. */
export interface Attempts {
  readonly list: Attempt[];
  /** Whether an attempt is still allowed: one after the key's retention period could count twice. */
  readonly mayAttempt: () => boolean;
}

const ATTEMPTS = Symbol("attempts");

/** Around each attempt, right where its reply is read. */
const STEP = { step: "deserialize", priority: "high", name: "trackAttempts" } as const;

/*
 * Commands that record what became of every attempt the AWS SDK makes for them. The SDK retries by itself and reports the
 * last error only: the lost reply of an earlier attempt would go unnoticed, and `throttled` would then claim that nothing
 * was written. And an error that comes from elsewhere, such as a middleware or a deadline of the caller's, says nothing
 * about whether the request has left.
 *
 * The commands are classes of their own and carry their attempts: a client with `cacheMiddleware` uses the middleware of
 * the first command of a class for all that follow. Their names are the SDK's, by which tracers know operations.
 */

export class TrackedUpdateItem extends UpdateItemCommand {
  static override readonly name = "UpdateItemCommand";

  constructor(input: UpdateItemCommandInput, attempts: Attempts) {
    super(input);
    carry(this, attempts);
  }
}

export class TrackedTransactWriteItems extends TransactWriteItemsCommand {
  static override readonly name = "TransactWriteItemsCommand";

  constructor(input: TransactWriteItemsCommandInput, attempts: Attempts) {
    super(input);
    carry(this, attempts);
  }
}

/** A command as a client uses it: the client resolves its own middleware and the command's. */
interface Carrier<From extends unknown[], Args extends object, Result> {
  readonly middlewareStack: { add: (middleware: typeof track, at: typeof STEP) => void };
  resolveMiddleware: (...from: From) => (args: Args) => Promise<Result>;
}

function carry<From extends unknown[], Args extends object, Result>(
  command: Carrier<From, Args, Result> & { [ATTEMPTS]?: Attempts },
  attempts: Attempts,
): void {
  const { resolveMiddleware } = command;
  attempts.list.push({ state: "untracked" });
  command[ATTEMPTS] = attempts;
  command.middlewareStack.add(track, STEP);
  // Before any middleware.
  command.resolveMiddleware = (...from) => enter(resolveMiddleware.apply(command, from));
}

/** To be called when a client has rejected: an attempt that was not tracked ended with this error. */
export function endUntracked({ list }: Attempts, error: unknown): void {
  const last = list.at(-1);
  if (last?.state === "untracked") Object.assign(last, { state: "failed", error });
}

function enter<Args extends object, Result>(next: (args: Args) => Promise<Result>) {
  return (args: Args): Promise<Result> => {
    const last = carriedBy(args)?.list.at(-1);
    if (last?.state === "untracked") last.state = "unsent";
    return next(args);
  };
}

function track<Args extends object, Result>(next: (args: Args) => Promise<Result>) {
  return async (args: Args): Promise<Result> => {
    const attempts = carriedBy(args);
    if (attempts === undefined) throw new AttemptNotTracked();
    const { list, mayAttempt } = attempts;
    let attempt = list.at(-1);
    if (attempt?.state !== "unsent") list.push((attempt = { state: "unsent" }));
    // In a process that was frozen, even the first attempt may be late.
    if (!mayAttempt()) throw new LateAttempt();
    attempt.state = "sent";
    try {
      const result = await next(args);
      attempt.state = "answered";
      return result;
    } catch (error) {
      Object.assign(attempt, { state: "failed", error });
      throw error;
    }
  };
}

/** The first middleware gets the command itself, and each passes on what it got, with a request. */
function carriedBy(args: { readonly [ATTEMPTS]?: Attempts }): Attempts | undefined {
  return args[ATTEMPTS];
}

/** Nothing is sent that cannot be tracked. */
class AttemptNotTracked extends TypeError {
  override readonly name = "AttemptNotTracked";

  constructor() {
    super("A middleware of the client hands on too little: it must call next({ ...args, … }).");
  }
}

/** The AWS SDK would have sent a write after the retention period of its key. */
class LateAttempt extends Error {
  override readonly name = "LateAttempt";

  constructor() {
    super("It was asked longer ago than its idempotency key is remembered.");
  }
}
