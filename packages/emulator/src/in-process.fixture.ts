import { LambdaClient } from "@aws-sdk/client-lambda";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { errorObjectOf, type Clock, type Timer } from "@durable-counter/testing/service";
import { EmulatedLambda, type EmulatedLambdaOptions } from "./emulated-lambda.ts";
import type { InvocationEnding, InvocationRequest, LambdaFunction } from "./functions/lambda-function.ts";

type DurableBody = (event: never, context: DurableContext) => Promise<unknown>;
type Handler = (event: never, context: never) => unknown;
type PlainHandler = (event: never) => unknown;

/** A Lambda whose functions run in this process and whose API is called without a socket, by the real AWS SDK. */
export function inProcessLambda(
  functions: {
    readonly durable?: Record<string, DurableBody>;
    readonly plain?: Record<string, PlainHandler>;
  },
  options: Partial<EmulatedLambdaOptions> = {},
): InProcessLambda {
  const errors: unknown[] = [];
  const watchers = new Set<() => void>();
  let lambda: EmulatedLambda | undefined;
  const client = new LambdaClient({
    region: "us-east-1",
    endpoint: "http://127.0.0.1:3000",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: SdkRequest) => ({ response: await send(lambda, request) }),
    },
  });
  const durable = Object.entries(functions.durable ?? {}).map(
    ([name, body]) => new InProcessFunction(name, withDurableExecution(body as never, { client })),
  );
  const plain = Object.entries(functions.plain ?? {}).map(
    ([name, handler]) => new InProcessFunction(name, handler),
  );
  lambda = new EmulatedLambda({
    functions: [...durable, ...plain],
    onError: (error) => errors.push(error),
    onChange: () => {
      for (const watch of watchers) watch();
    },
    ...options,
  });
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const watch = () => {
        if (!holds()) return;
        watchers.delete(watch);
        resolve();
      };
      watchers.add(watch);
      watch();
    });
  return { lambda, client, errors, until };
}

interface InProcessLambda {
  readonly lambda: EmulatedLambda;
  readonly client: LambdaClient;
  readonly errors: readonly unknown[];
  /** Resolves when something has happened to an execution and the condition holds. */
  readonly until: (holds: () => boolean) => Promise<void>;
}

/** A clock that the test advances. */
export class ManualClock implements Clock {
  now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<Timer>();

  /** When the timers that are set are due. */
  get due(): readonly number[] {
    return Array.from(this.#timers, ({ due }) => due);
  }

  at(due: number, fire: () => void): Timer {
    const timer = { due, fire };
    this.#timers.add(timer);
    return timer;
  }

  cancel(timer: Timer): void {
    this.#timers.delete(timer);
  }

  advance(seconds: number): void {
    this.now += seconds * 1_000;
    for (const timer of Array.from(this.#timers).toSorted((a, b) => a.due - b.due)) {
      if (timer.due <= this.now && this.#timers.delete(timer)) timer.fire();
    }
  }
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null> | undefined;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

async function send(lambda: EmulatedLambda | undefined, request: SdkRequest) {
  const url = new URL(`http://127.0.0.1:3000${request.path}`);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const each of [value].flat()) url.searchParams.append(name, each ?? "");
  }
  const response = await lambda?.app.fetch(
    new Request(url, {
      method: request.method,
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: request.body as string }),
    }),
  );
  return {
    statusCode: response?.status,
    headers: Object.fromEntries(response?.headers ?? []),
    body: new Uint8Array((await response?.arrayBuffer()) ?? new ArrayBuffer()),
  } as never; // what the SDK reads of a response
}

/** Runs a handler in this process. It cannot be killed: what it does after that is lost, as its token is used. */
class InProcessFunction implements LambdaFunction {
  readonly name: string;
  readonly #handler: Handler;

  constructor(name: string, handler: Handler) {
    this.name = name;
    this.#handler = handler;
  }

  invoke({ event, requestId }: InvocationRequest) {
    let kill = (): void => undefined;
    const killed = new Promise<InvocationEnding>((resolve) => {
      kill = () => resolve({ kind: "crashed", wasKilled: true, error: { ErrorType: "Runtime.ExitError" } });
    });
    return { ended: Promise.race([this.#run(event, requestId), killed]), kill };
  }

  async stop(): Promise<void> {}

  async #run(event: string, awsRequestId: string): Promise<InvocationEnding> {
    const context = { awsRequestId, getRemainingTimeInMillis: () => 900_000 };
    try {
      const output = await this.#handler(JSON.parse(event) as never, context as never);
      return { kind: "returned", value: JSON.stringify(output) };
    } catch (error) {
      return { kind: "threw", error: errorObjectOf(error) };
    }
  }
}
