import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeEach, expect, test } from "vitest";
import { openUpstream } from "./upstream.ts";

const REQUEST = { method: "POST", path: "/", headers: {}, body: Buffer.from("{}") };

let engine: Server;
let endpoint: string;
let connections: number;

const answer: RequestListener = (incoming, outgoing) =>
  void incoming.resume().on("end", () => outgoing.end());

beforeEach(async () => {
  connections = 0;
  engine = createServer(answer).on("connection", () => (connections += 1));
  engine.keepAliveTimeout = 0; // It is not the engine that closes them.
  engine.listen(0, "127.0.0.1");
  await once(engine, "listening");
  endpoint = `http://127.0.0.1:${(engine.address() as AddressInfo).port}`; // a server on TCP has no other kind
  return () => engine.close().closeAllConnections();
});

const open = () =>
  new Promise<number>((resolve, reject) =>
    engine.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );

test("uses a connection again, but not one that has been idle", async () => {
  const upstream = openUpstream(endpoint);
  for (let request = 0; request < 20; request++) await upstream.send(REQUEST);
  expect(connections).toBe(1);
  await expect.poll(open, { timeout: 20_000 }).toBe(0);
  await upstream.send(REQUEST);
  expect(connections).toBe(2);
  upstream.close();
});

test("closed, it has no connections and sends nothing", async () => {
  const upstream = openUpstream(endpoint);
  await upstream.send(REQUEST);
  upstream.close();
  await expect.poll(open).toBe(0);
  await expect(upstream.send(REQUEST)).rejects.toThrow(`The upstream to ${endpoint} is closed.`);
  expect(connections).toBe(1);
});
