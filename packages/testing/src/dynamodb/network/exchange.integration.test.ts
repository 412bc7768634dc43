import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { exchangeOf } from "./exchange.ts";

test("a reset while the client leaves closes the connection", async () => {
  let closed = 0;
  const server = createServer((incoming, outgoing) => {
    incoming.socket.on("close", () => (closed += 1));
    incoming.socket.end(); // as node:http does where the client has left
    exchangeOf(incoming, outgoing).reset();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a server on TCP has no other kind of address
  const client = connect(port, "127.0.0.1");
  client.end("POST / HTTP/1.1\r\nhost: a\r\n\r\n");
  await once(client.resume(), "close");
  await expect.poll(() => closed).toBe(1);
  server.close();
});
