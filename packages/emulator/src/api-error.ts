import { ServiceError } from "@durable-counter/testing/service";

/** A refusal, as Lambda's HTTP API answers it. */
export class ApiError extends Error {
  override readonly name: string;
  readonly status: number;

  constructor(name: string, status: number, message: string) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export function notFound(message: string): ApiError {
  return new ApiError("ResourceNotFoundException", 404, message);
}

export function invalidParameter(message: string): ApiError {
  return new ApiError("InvalidParameterValueException", 400, message);
}

/** A value that does not match the constraint of an API's member, in the words of Lambda. */
export function invalidMember(value: unknown, member: string, constraint: string): ApiError {
  return invalidParameter(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

/** @throws ApiError for a text that is no JSON */
export function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `Could not parse request body into json: ${(error as Error).message}`; // JSON.parse throws nothing else
    throw new ApiError("InvalidRequestContentException", 400, message);
  }
}

/** The refusal that an error stands for, or undefined for an error of ours. */
export function apiErrorOf(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof ServiceError)
    return new ApiError(error.name, error.$metadata.httpStatusCode, error.message);
  return undefined;
}
