/** A refusal of the service, in the form in which the AWS SDK throws it. The durable SDK depends on this form. */
export class ServiceError extends Error {
  override readonly name: string = "InvalidParameterValueException";
  readonly $fault = "client";
  readonly $metadata = { httpStatusCode: 400 };
}
