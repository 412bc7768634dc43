import { randomUUID } from "node:crypto";
import {
  functionArn,
  invokedExecutionName,
  NO_PAYLOAD,
  type ExecutionEnd,
  type InvokeOutcome,
} from "@durable-counter/testing/service";
import { ApiError, apiErrorOf, invalidMember, invalidParameter, parseBody } from "./api-error.ts";
import type { ChainedInvoke } from "./executions/execution-environment.ts";
import type { Execution } from "./executions/execution.ts";
import type { StartRequest } from "./executions/executions.ts";
import { functionReference, type FunctionReference } from "./functions/function-reference.ts";
import type { Functions } from "./functions/functions.ts";
import type { LogBook } from "./functions/log-book.ts";

/** Bytes of a payload: of a synchronous invocation, and of an event. */
const MAX_PAYLOAD = { RequestResponse: 6_291_456, Event: 1_048_576 } as const;

/** A call of Lambda's Invoke. */
export interface InvokeRequest {
  readonly reference: FunctionReference;
  readonly type: string;
  readonly executionName: string | undefined;
  readonly payload: string;
  readonly tenantId: string | undefined;
  /** Whether the answer has the end of the log. Only for the type `RequestResponse`. */
  readonly wantsLog?: boolean | undefined;
}

/** The answer to it. */
export interface InvokeResponse {
  readonly status: 200 | 202 | 204;
  readonly payload?: string | undefined;
  readonly functionError?: "Unhandled" | undefined;
  readonly executionArn?: string | undefined;
  /** The last 4 KB of the log, in base64. */
  readonly logTail?: string | undefined;
}

/** Invokes functions: by Lambda's Invoke, and for `context.invoke` of an execution. */
export class InvokeApi {
  readonly #functions: Functions;
  readonly #start: (request: StartRequest) => Execution;
  readonly #logs: LogBook;

  constructor(functions: Functions, start: (request: StartRequest) => Execution, logs: LogBook) {
    this.#functions = functions;
    this.#start = start;
    this.#logs = logs;
  }

  /** @throws ApiError */
  async invoke(request: InvokeRequest): Promise<InvokeResponse> {
    const { reference, type, tenantId, wantsLog = false } = request;
    const { name: functionName } = this.#functions.find(reference);
    const payload = checkRequest(request);
    if (type === "DryRun") return { status: 204 };
    const executionName = request.executionName ?? randomUUID();
    if (request.executionName === undefined) {
      const requestId = randomUUID();
      const plain = this.#plain(functionName, payload, tenantId, requestId);
      if (type === "Event" && this.#functions.kindOf(functionName) === "plain") return { status: 202 };
      const outcome = await plain;
      if (outcome !== "durable") {
        if (type === "Event") return { status: 202 };
        return {
          ...responseOf(outcome),
          ...(wantsLog && { logTail: await this.#logs.tail({ requestId }) }),
        };
      }
    }
    checkQualifier(reference);
    const execution = this.#start({ functionName, executionName, payload, tenantId });
    if (type === "Event") return { status: 202, executionArn: execution.arn };
    const outcome = outcomeOf(await execution.ended());
    const { arn: executionArn } = execution;
    return {
      ...responseOf(outcome),
      executionArn,
      ...(wantsLog && { logTail: await this.#logs.tail({ executionArn }) }),
    };
  }

  /** Invokes a function for an execution. A durable one gets a name that follows from the operation. */
  async chained({ parent, id, functionName, payload, tenantId }: ChainedInvoke): Promise<InvokeOutcome> {
    try {
      const reference = functionReference(functionName);
      const { name } = this.#functions.find(reference);
      const outcome = await this.#plain(name, payload, tenantId, randomUUID());
      if (outcome !== "durable") return outcome;
      checkQualifier(reference);
      const executionName = invokedExecutionName(parent, id);
      const request = { functionName: name, executionName, payload, tenantId };
      return outcomeOf(await this.#start(request).ended());
    } catch (error) {
      const refusal = apiErrorOf(error);
      if (refusal === undefined) throw error;
      return { error: { ErrorType: refusal.name, ErrorMessage: refusal.message } };
    }
  }

  async #plain(
    functionName: string,
    payload: string | undefined,
    tenantId: string | undefined,
    requestId: string,
  ): Promise<InvokeOutcome | "durable"> {
    const ending = await this.#functions.invokePlain(functionName, {
      event: payload ?? NO_PAYLOAD,
      requestId,
      functionArn: functionArn(functionName),
      tenantId,
    });
    if (ending === "durable") return ending;
    return ending.kind === "returned" ? { result: ending.value } : { error: ending.error };
  }
}

function checkRequest({ type, payload, executionName }: InvokeRequest): string | undefined {
  if (type !== "RequestResponse" && type !== "Event" && type !== "DryRun") {
    throw invalidMember(
      type,
      "invocationType",
      "Member must satisfy enum value set: [Event, RequestResponse, DryRun]",
    );
  }
  if (executionName !== undefined && !/^[\w-]{1,64}$/u.test(executionName)) {
    throw invalidMember(
      executionName,
      "durableExecutionName",
      "Member must satisfy regular expression pattern: [a-zA-Z0-9-_]{1,64}",
    );
  }
  const limit = MAX_PAYLOAD[type === "Event" ? "Event" : "RequestResponse"];
  const bytes = Buffer.byteLength(payload);
  if (bytes > limit) {
    throw new ApiError(
      "RequestTooLargeException",
      413,
      `${bytes} byte payload is too large for the ${type} invocation type (limit ${limit} bytes)`,
    );
  }
  if (payload === "") return undefined;
  parseBody(payload);
  return payload;
}

function checkQualifier({ qualifier }: FunctionReference): void {
  if (qualifier === undefined) {
    throw invalidParameter("You cannot invoke a durable function using an unqualified ARN.");
  }
}

function outcomeOf({ status, result, error = {} }: ExecutionEnd): InvokeOutcome {
  if (status === "SUCCEEDED") return { result };
  return status === "FAILED" ? { error } : { error, endedBy: status };
}

function responseOf({ result, error }: InvokeOutcome): InvokeResponse {
  if (error === undefined) return { status: 200, payload: result ?? "null" };
  const { ErrorType, ErrorMessage, ErrorData, StackTrace } = error;
  const payload = {
    errorType: ErrorType,
    errorMessage: ErrorMessage,
    errorData: ErrorData,
    trace: StackTrace,
  };
  return { status: 200, functionError: "Unhandled", payload: JSON.stringify(payload) };
}
