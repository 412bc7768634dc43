import type { TransactWriteItemsCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";

/**
 * Collects the error of every attempt the AWS SDK makes for a command. It retries by itself and reports the last
 * error only; a reply that an earlier attempt lost would go unnoticed, and "throttled" would then claim that nothing
 * was written.
 *
 * @param mayTryAgain whether the token is still remembered for certain: an attempt after that could count twice
 */
export function watchAttempts(
  { middlewareStack }: UpdateItemCommand | TransactWriteItemsCommand,
  errors: unknown[],
  mayTryAgain: () => boolean,
): void {
  const stack = middlewareStack as UpdateItemCommand["middlewareStack"]; // what is watched are errors, of either
  stack.add(
    (next) => async (args) => {
      if (errors.length > 0 && !mayTryAgain()) throw new LateAttempt();
      try {
        return await next(args);
      } catch (error) {
        errors.push(error);
        throw error;
      }
    },
    { step: "deserialize", priority: "high", name: "watchAttempts" },
  );
}

/** The AWS SDK would have sent a write again after its token's window. */
class LateAttempt extends Error {
  override readonly name = "LateAttempt";

  constructor() {
    super("The first attempt took longer than its token is remembered.");
  }
}
