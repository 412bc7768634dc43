import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { operationOf } from "../network/exchange.ts";
import type { Reply } from "../network/upstream.ts";
import type { Transport } from "./simulated-network.ts";
import type { SchedulingClock } from "./virtual-clock.ts";

type RetryStrategy = Exclude<NonNullable<DynamoDBClientConfig["retryStrategy"]>, { retry: unknown }>;
type RequestHandler = Exclude<DynamoDBClientConfig["requestHandler"], undefined>;

/** What the SDK hands to a request handler, as far as it matters here. */
interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface HandlerOptions {
  readonly abortSignal?: AbortSignal | undefined;
  readonly requestTimeout?: number | undefined;
}

/** How the AWS SDK retries by default. */
const DEFAULT_ATTEMPTS = 3;
const DEFAULT_TIMEOUT_MS = 1_000;
const RETRY_DELAY_MS = 100;
const THROTTLING_DELAY_MS = 500;
const MAX_DELAY_MS = 20_000;

/** How often a simulated client tries, and how long it waits. */
export interface SimulatedClientSettings {
  /** How often a request is sent at most: 1 switches retries off. By default 3, as the SDK has it. */
  readonly maxAttempts?: number | undefined;
  /**
   * Virtual milliseconds until a request without an answer fails as a `TimeoutError`. By default 1,000: a message that
   * is lost would stop the program for good. `Infinity` waits forever: the default with `onRequest`.
   */
  readonly requestTimeout?: number | undefined;
}

/**
 * The SDK's own client, with all of its middleware. Its requests go to a transport, and its waits to a virtual clock.
 * It reads no configuration, signs nothing, and waits for promises alone.
 *
 * @param random a number from 0 to below 1
 */
export function createSimulatedClient(
  transport: Transport,
  clock: SchedulingClock,
  random: () => number,
  { maxAttempts = DEFAULT_ATTEMPTS, requestTimeout = DEFAULT_TIMEOUT_MS }: SimulatedClientSettings,
): DynamoDBClient {
  const config = {
    endpoint: "http://simulated.invalid",
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts,
    retryMode: "standard",
    retryStrategy: retriesOn(clock, random, maxAttempts),
    requestHandler: handlerOf(transport, clock, requestTimeout),
    streamCollector: collect,
    signer: { sign: async <T>(request: T) => request },
    // What the SDK would otherwise look up in files and the environment, while the clock moves on.
    defaultsMode: "standard",
    accountIdEndpointMode: "disabled",
    authSchemePreference: [],
    userAgentAppId: "simulated",
    defaultUserAgentProvider: async () => [["durable-counter-simulated", "1"]],
    endpointDiscoveryEnabledProvider: async () => false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
  };
  // The SDK takes all of these; its types name those that most people set.
  return new DynamoDBClient(config as unknown as DynamoDBClientConfig);
}

/** The standard retry mode of the SDK, without its budget of retries: as often as attempts are left. */
function retriesOn(clock: SchedulingClock, random: () => number, maxAttempts: number): RetryStrategy {
  const token = (retries: number) => ({ getRetryCount: () => retries, getRetryDelay: () => 0 });
  return {
    acquireInitialRetryToken: async () => token(0),
    async refreshRetryTokenForRetry(previous, { errorType }) {
      const retries = previous.getRetryCount() + 1;
      if (retries >= maxAttempts || (errorType !== "TRANSIENT" && errorType !== "THROTTLING")) {
        throw new Error("No retry token available");
      }
      const base = errorType === "THROTTLING" ? THROTTLING_DELAY_MS : RETRY_DELAY_MS;
      await clock.sleep(Math.floor(random() * Math.min(base * 2 ** (retries - 1), MAX_DELAY_MS)));
      return token(retries);
    },
    recordSuccess: () => {},
  };
}

/** What half of a reply is, for {@link collect}. */
const CUT = Symbol("cut");

function handlerOf(transport: Transport, clock: SchedulingClock, timeout: number): RequestHandler {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    destroy: () => {},
    handle: (request: HttpRequest, { abortSignal: signal, requestTimeout = timeout }: HandlerOptions = {}) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(failure("AbortError", "Request aborted"));
        const settle = (tell: () => void) => {
          cancelTimeout?.();
          signal?.removeEventListener("abort", onAbort);
          tell();
        };
        const giveUp = (error: Error) => {
          stop();
          settle(() => reject(error));
        };
        const onAbort = () => giveUp(failure("AbortError", "Request aborted"));
        const respond = ({ status, headers }: Reply, body: unknown) =>
          settle(() => resolve({ response: { statusCode: status, headers, body } }));
        const cancelTimeout = Number.isFinite(requestTimeout)
          ? clock.schedule(requestTimeout, () =>
              giveUp(failure("TimeoutError", `No answer within ${requestTimeout} ms.`)),
            )
          : undefined;
        signal?.addEventListener("abort", onAbort);
        const stop = transport.send(operationOf(request), textOf(request.body), {
          answer: (reply) => respond(reply, reply.body),
          cut: (reply) => respond(reply, CUT),
          reset: () => settle(() => reject(connectionReset("read ECONNRESET"))),
        });
      }),
  };
}

function textOf(body: unknown): string {
  return typeof body === "string" ? body : new TextDecoder().decode(body as Uint8Array); // some versions of the SDK make bytes
}

/** The SDK collects here what is no array of bytes. */
async function collect(body: unknown): Promise<Uint8Array> {
  if (body === CUT) throw connectionReset("aborted");
  throw new TypeError("A simulated reply has a body of bytes.");
}

function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function connectionReset(message: string): Error {
  return Object.assign(new Error(message), { code: "ECONNRESET", syscall: "read" });
}
