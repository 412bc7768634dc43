/** A refusal in the shape the AWS SDK gives it, which is how the durable SDK tells what to do about it. */
export class ServiceError extends Error {
  override readonly name: string = "InvalidParameterValueException";
  readonly $fault = "client";
  readonly $metadata = { httpStatusCode: 400 };
}

/**
 * What a call with a used or revoked token is answered. The durable SDK ends the invocation, not the execution.
 *
 * Its version 2.4.0 looks for exactly this capitalisation, later ones for the service's own; the stated scope makes
 * the meaning independent of either.
 */
export class StaleTokenError extends ServiceError {
  readonly isDurableExecutionClientError = true;
  readonly scope = "INVOCATION";

  constructor(token: string | undefined) {
    super(`Invalid Checkpoint Token: ${JSON.stringify(token)} was used before, or its invocation is over.`);
  }
}
