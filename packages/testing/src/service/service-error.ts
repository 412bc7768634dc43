/** A refusal in the shape the AWS SDK gives it, which is how the durable SDK tells what to do about it. */
export class ServiceError extends Error {
  override readonly name: string = "InvalidParameterValueException";
  readonly $fault = "client";
  readonly $metadata = { httpStatusCode: 400 };
}
