import {
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type TransactWriteItemsCommandInput,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";

/** What a watched command keeps of its attempts, and what it asks before another. */
export interface Attempts {
  /** The errors of all attempts so far. */
  readonly attempts: unknown[];
  /** Whether the token, if an attempt counted, is still remembered for certain: one after that could count twice. */
  readonly mayTryAgain: () => boolean;
}

/*
 * Commands that collect the error of every attempt the AWS SDK makes for them. It retries by itself and reports the
 * last error only; a reply that an earlier attempt lost would go unnoticed, and "throttled" would then claim that
 * nothing was written.
 *
 * Classes of their own, and what is watched goes along with the input: a client with `cacheMiddleware` keeps the
 * middleware of the first command of a class for all that follow.
 */

export class WatchedUpdateItem extends UpdateItemCommand {
  constructor(input: UpdateItemCommandInput, attempts: Attempts) {
    super(watched(input, attempts));
    this.middlewareStack.add(watch, PLACE);
  }
}

export class WatchedTransactWriteItems extends TransactWriteItemsCommand {
  constructor(input: TransactWriteItemsCommandInput, attempts: Attempts) {
    super(watched(input, attempts));
    this.middlewareStack.add(watch, PLACE);
  }
}

/** Around each attempt, right where its reply is read. */
const PLACE = { step: "deserialize", priority: "high", name: "watchAttempts" } as const;

/** Not sent: the SDK sends what it knows of an input. */
const ATTEMPTS = Symbol("attempts");

type Watched<Input> = Input & { [ATTEMPTS]?: Attempts };

function watched<Input extends object>(input: Watched<Input>, attempts: Attempts): Input {
  input[ATTEMPTS] = attempts;
  return input;
}

function watch<Args extends { readonly input: object }, Result>(
  next: (args: Args) => Promise<Result>,
  context: Record<string, unknown>,
) {
  // For its logs, even where nobody reads them, the SDK looks for what its model calls sensitive: a tenth of all its
  // work. DynamoDB's model calls nothing so.
  context["inputFilterSensitiveLog"] = unwatched;
  context["outputFilterSensitiveLog"] = unchanged;
  return async (args: Args): Promise<Result> => {
    const { attempts, mayTryAgain } = (args.input as Required<Watched<object>>)[ATTEMPTS];
    if (attempts.length > 0 && !mayTryAgain()) throw new LateAttempt();
    try {
      return await next(args);
    } catch (error) {
      attempts.push(error);
      throw error;
    }
  };
}

function unwatched<Input>(watched: Watched<Input>): Input {
  const input = { ...watched };
  delete input[ATTEMPTS];
  return input;
}

function unchanged<Output>(output: Output): Output {
  return output;
}

/** The AWS SDK would have sent a write again after its token's window. */
class LateAttempt extends Error {
  override readonly name = "LateAttempt";

  constructor() {
    super("The first attempt took longer than its token is remembered.");
  }
}
