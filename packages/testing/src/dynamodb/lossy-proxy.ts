import { once } from "node:events";
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A network before a DynamoDB engine, which counts what passes and loses what it is told to. */
export interface LossyProxy extends AsyncDisposable {
  /** Where it listens; point a client at it. */
  readonly endpoint: string;
  /** How many requests arrived so far, by operation, lost ones included: `{ UpdateItem: 2 }`. */
  readonly requests: Readonly<Record<string, number>>;
  /**
   * The next request is carried out by the engine, but its reply never arrives: the client's connection breaks.
   * Each call loses one more.
   *
   * @param operation loses the next of these, such as `"UpdateItem"`; by default the next of any
   */
  loseReply(operation?: string): void;
  /** The next request never reaches the engine: the client's connection breaks. As {@link loseReply} otherwise. */
  loseRequest(operation?: string): void;
  /** Ends the proxy, not the engine. Again does nothing. */
  readonly stop: () => Promise<void>;
}

interface Loss {
  readonly of: "request" | "reply";
  readonly operation: string | undefined;
}

/**
 * Starts a proxy on a free port of 127.0.0.1.
 *
 * @param endpoint the engine's, such as `startDynamoDB` tells
 */
export async function startLossyProxy(endpoint: string): Promise<LossyProxy> {
  const requests = new Map<string, number>();
  const losses: Loss[] = [];

  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const operation = operationOf(incoming);
    requests.set(operation, (requests.get(operation) ?? 0) + 1);
    const body = await buffer(incoming);
    const loss = takeLoss(losses, operation);
    if (loss?.of === "request") return hangUp(outgoing);
    const reply = await forward(endpoint, incoming, body);
    if (loss?.of === "reply") return hangUp(outgoing);
    outgoing.writeHead(reply.status, reply.headers).end(reply.body);
  };

  const server = createServer((incoming, outgoing) => {
    // Where the engine cannot be reached, or the client left, nothing but hanging up remains.
    pass(incoming, outgoing).catch(() => hangUp(outgoing));
  });
  server.keepAliveTimeout = 0; // an idle connection that closes would be a loss nobody ordered
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a server on TCP has no other kind of address

  let stopped: Promise<void> | undefined;
  const stop = () =>
    (stopped ??= new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }));
  return {
    endpoint: `http://127.0.0.1:${port}`,
    get requests() {
      return Object.fromEntries(requests);
    },
    loseReply: (operation) => void losses.push({ of: "reply", operation: named(operation) }),
    loseRequest: (operation) => void losses.push({ of: "request", operation: named(operation) }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** DynamoDB's protocol names the operation in a header: `DynamoDB_20120810.UpdateItem`. */
function operationOf({ headers }: IncomingMessage): string {
  return String(headers["x-amz-target"] ?? "").split(".")[1] ?? "unknown";
}

/** The oldest loss that this request meets, each but once. */
function takeLoss(losses: Loss[], operation: string): Loss | undefined {
  const index = losses.findIndex((loss) => loss.operation === undefined || loss.operation === operation);
  return index === -1 ? undefined : losses.splice(index, 1)[0];
}

function hangUp(outgoing: ServerResponse): void {
  outgoing.socket?.destroy();
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function forward(
  endpoint: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<Reply> {
  // A connection for each request, since the engine may close an idle one.
  const upstream = request(new URL(url ?? "/", endpoint), {
    method,
    headers: ofMessage(headers),
    agent: false,
  });
  upstream.end(body);
  const [response] = (await once(upstream, "response")) as [IncomingMessage]; // what node:http emits there
  return {
    status: response.statusCode ?? 502,
    headers: ofMessage(response.headers),
    body: await buffer(response),
  };
}

/** Without what speaks of one connection only. */
function ofMessage(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(connection|keep-alive)$/.test(name)),
  );
}

/** A misspelt operation would never be lost, and the test that counts on it would pass. */
function named(operation: string | undefined): string | undefined {
  if (operation === undefined || /^[A-Z][A-Za-z]+$/.test(operation)) return operation;
  throw new TypeError(
    `The operation is ${JSON.stringify(operation)}; pass its name as DynamoDB writes it, such as "UpdateItem".`,
  );
}
