import {
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type TransactWriteItemsCommandInput,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";

/** What a watched command keeps of its attempts, and what it asks before each. */
export interface Attempts {
  /** The errors of all attempts so far. */
  readonly attempts: unknown[];
  /** Whether the idempotency key, if an attempt counted, is still remembered for certain: one after that could count twice. */
  readonly mayTry: () => boolean;
}

const ATTEMPTS = Symbol("attempts");

/** Around each attempt, right where its reply is read. */
const PLACE = { step: "deserialize", priority: "high", name: "watchAttempts" } as const;

/*
 * Commands that collect the error of every attempt the AWS SDK makes for them. It retries by itself and reports the
 * last error only; a reply that an earlier attempt lost would go unnoticed, and "throttled" would then claim that
 * nothing was written.
 *
 * Classes of their own, and what is watched goes along with the command: a client with `cacheMiddleware` keeps the
 * middleware of the first command of a class for all that follow. Their names are the SDK's, by which tracers know
 * operations.
 */

export class TrackedUpdateItem extends UpdateItemCommand {
  static override readonly name = "UpdateItemCommand";
  readonly [ATTEMPTS]: Attempts;

  constructor(input: UpdateItemCommandInput, attempts: Attempts) {
    super(input);
    this[ATTEMPTS] = attempts;
    this.middlewareStack.add(watch, PLACE);
  }
}

export class TrackedTransactWriteItems extends TransactWriteItemsCommand {
  static override readonly name = "TransactWriteItemsCommand";
  readonly [ATTEMPTS]: Attempts;

  constructor(input: TransactWriteItemsCommandInput, attempts: Attempts) {
    super(input);
    this[ATTEMPTS] = attempts;
    this.middlewareStack.add(watch, PLACE);
  }
}

function watch<Args extends object, Result>(
  next: (args: Args) => Promise<Result>,
  context: Record<string, unknown>,
) {
  // For its logs, even where nobody reads them, the SDK looks for what its model calls sensitive: a tenth of all its
  // work. DynamoDB's model calls nothing so.
  context["inputFilterSensitiveLog"] = unchanged;
  context["outputFilterSensitiveLog"] = unchanged;
  return async (args: Args): Promise<Result> => {
    const { attempts, mayTry } = watchedBy(args);
    try {
      // The first may be late as well, in a process that was frozen.
      if (!mayTry()) throw new LateAttempt();
      return await next(args);
    } catch (error) {
      attempts.push(error);
      throw error;
    }
  };
}

/** The first middleware is given the command itself, and each hands on what it was given, with a request. */
function watchedBy(args: { readonly [ATTEMPTS]?: Attempts }): Attempts {
  const attempts = args[ATTEMPTS];
  if (attempts !== undefined) return attempts;
  throw new TypeError("A middleware of the client hands on too little: it must call next({ ...args, … }).");
}

function unchanged<T>(value: T): T {
  return value;
}

/** The AWS SDK would have sent a write after its key's window. */
class LateAttempt extends Error {
  override readonly name = "LateAttempt";

  constructor() {
    super("It was asked longer ago than its idempotency key is remembered.");
  }
}
