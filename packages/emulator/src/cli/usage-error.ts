/** A mistake of the user. Its message says what to do, so it is shown without a stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
