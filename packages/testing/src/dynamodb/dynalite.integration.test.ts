import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { startDynalite } from "./dynalite.ts";

test("dynalite outlives a client that hangs up in the middle of a request", async () => {
  const engine = await startDynalite();
  const socket = connect(Number(new URL(engine.endpoint).port), "127.0.0.1");
  await once(socket, "connect");
  await new Promise((sent) =>
    socket.write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 99\r\n\r\n{", sent),
  );
  socket.destroy();
  await once(socket, "close");
  for (let request = 0; request < 3; request++) expect((await fetch(engine.endpoint)).status).toBe(200);
  await engine.stop();
});
