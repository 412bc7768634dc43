import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Reply, Request } from "./upstream.ts";

/** A client's request, and all that may become of it. A client that has left meanwhile is none the wiser. */
export interface Exchange {
  /** The request, once all of it is there; fails where the client leaves before. */
  read(): Promise<Request>;
  answer(reply: Reply): void;
  /** As {@link answer}, but the connection ends half-way through the body. */
  cut(reply: Reply): void;
  /** Resets the client's connection. */
  reset(): void;
}

/** What a server hands out, as an exchange. */
export function exchangeOf(incoming: IncomingMessage, outgoing: ServerResponse): Exchange {
  const begin = ({ status, headers, body }: Reply) =>
    outgoing.writeHead(status, { ...headers, "content-length": body.length });
  return {
    read: async () => ({
      method: incoming.method ?? "POST",
      path: incoming.url ?? "/",
      headers: incoming.headers,
      body: await buffer(incoming),
    }),
    answer: (reply) => void begin(reply).end(reply.body),
    cut(reply) {
      const half = reply.body.subarray(0, Math.floor(reply.body.length / 2));
      begin(reply).write(half, () => outgoing.destroy());
    },
    reset() {
      const { socket } = outgoing;
      // Where the client has left, the socket is about to shut down. Node loses one that is reset meanwhile, and then
      // spins for ever when it should exit.
      if (socket?.writableEnded === true) socket.destroy();
      else socket?.resetAndDestroy();
    },
  };
}

/** DynamoDB's protocol names the operation in a header: `DynamoDB_20120810.UpdateItem`. */
export function operationOf({ headers }: Pick<IncomingMessage, "headers">): string {
  return String(headers["x-amz-target"] ?? "").split(".")[1] ?? "unknown";
}
