import { once } from "node:events";
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";

/** What a client wants of the engine. */
export interface Request {
  readonly method: string;
  /** Such as `/`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What it is answered. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The way to an engine. */
export interface Upstream {
  /** Sends a request once, never again; fails where the connection breaks. */
  send(request: Request): Promise<Reply>;
  /** Breaks all connections, for good. */
  close(): void;
}

/**
 * An engine that closes an idle connection just as we use it would be a fault nobody planned, and to send again might
 * count twice. So we close it first: DynamoDB Local does after 30 s, dynalite as we start it never.
 */
const IDLE_MS = 1_000;

/** @param endpoint the engine's */
export function openUpstream(endpoint: string): Upstream {
  const { hostname, port } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  let closed = false;
  return {
    async send({ method, path, headers, body }) {
      if (closed) throw new Error(`The upstream to ${endpoint} is closed.`);
      const sent = { ...ofMessage(headers), "content-length": body.length };
      const upstream = request({ hostname, port, method, path, headers: sent, agent });
      upstream.on("error", () => {}); // An engine can go away more than once in a request; below, once is enough.
      upstream.end(body);
      const [response] = (await once(upstream, "response")) as [IncomingMessage]; // what node:http emits there
      const reply = await buffer(response);
      return { status: response.statusCode ?? 502, headers: ofMessage(response.headers), body: reply };
    },
    close() {
      closed = true;
      agent.destroy();
    },
  };
}

/** Without what speaks of one connection only, or of how the body travelled there. */
function ofMessage(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !/^(connection|keep-alive|transfer-encoding|content-length)$/.test(name),
    ),
  );
}
