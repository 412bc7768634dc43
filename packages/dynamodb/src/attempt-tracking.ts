import {
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type TransactWriteItemsCommandInput,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";

/** The attempts that the AWS SDK makes for one call. */
export interface Attempts {
  /** The errors of all attempts so far. */
  readonly errors: unknown[];
  /** Whether an attempt is still allowed: one after the key's retention period could count twice. */
  readonly mayAttempt: () => boolean;
}

const ATTEMPTS = Symbol("attempts");

/** Around each attempt, right where its reply is read. */
const STEP = { step: "deserialize", priority: "high", name: "trackAttempts" } as const;

/*
 * Commands that collect the error of every attempt the AWS SDK makes for them. The SDK retries by itself and reports the
 * last error only. The lost reply of an earlier attempt would go unnoticed, and `throttled` would then claim that nothing
 * was written.
 *
 * The commands are classes of their own and carry their attempts: a client with `cacheMiddleware` uses the middleware of
 * the first command of a class for all that follow. Their names are the SDK's, by which tracers know operations.
 */

export class TrackedUpdateItem extends UpdateItemCommand {
  static override readonly name = "UpdateItemCommand";
  readonly [ATTEMPTS]: Attempts;

  constructor(input: UpdateItemCommandInput, attempts: Attempts) {
    super(input);
    this[ATTEMPTS] = attempts;
    this.middlewareStack.add(track, STEP);
  }
}

export class TrackedTransactWriteItems extends TransactWriteItemsCommand {
  static override readonly name = "TransactWriteItemsCommand";
  readonly [ATTEMPTS]: Attempts;

  constructor(input: TransactWriteItemsCommandInput, attempts: Attempts) {
    super(input);
    this[ATTEMPTS] = attempts;
    this.middlewareStack.add(track, STEP);
  }
}

function track<Args extends object, Result>(next: (args: Args) => Promise<Result>) {
  return async (args: Args): Promise<Result> => {
    const { errors, mayAttempt } = attemptsOf(args);
    try {
      // In a process that was frozen, even the first attempt may be late.
      if (!mayAttempt()) throw new LateAttempt();
      return await next(args);
    } catch (error) {
      errors.push(error);
      throw error;
    }
  };
}

/** The first middleware gets the command itself, and each passes on what it got, with a request. */
function attemptsOf(args: { readonly [ATTEMPTS]?: Attempts }): Attempts {
  const attempts = args[ATTEMPTS];
  if (attempts !== undefined) return attempts;
  throw new TypeError("A middleware of the client hands on too little: it must call next({ ...args, … }).");
}

/** The AWS SDK would have sent a write after the retention period of its key. */
class LateAttempt extends Error {
  override readonly name = "LateAttempt";

  constructor() {
    super("It was asked longer ago than its idempotency key is remembered.");
  }
}
