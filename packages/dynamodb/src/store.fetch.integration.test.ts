// The AWS SDK on fetch, as in browsers, edge functions and Bun, tells little of a connection that breaks: a TypeError.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment } from "@durable-counter/core";
import { startDynamoDB } from "@durable-counter/testing/dynamodb";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { createDynamoDBCounterStore, ensureCounterTable } from "./index.ts";
import { errorOf } from "./lost-replies.fixture.ts";

const tableName = "counters";
const db = await startDynamoDB({ engine: "dynalite" });
await ensureCounterTable(db.client, tableName);
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => db.stop());

/** What becomes of the first write. */
interface Fate {
  readonly isApplied: boolean;
  /** Instead of the engine's answer; without it the connection breaks. */
  readonly answer?: readonly [status: number, body: string];
}

/** A server on loopback before the engine. */
async function startServer({ isApplied, answer }: Fate): Promise<string> {
  let isFirst = true;
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  }).listen(0, "127.0.0.1");
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await buffer(incoming);
    const meetsFate = isFirst && String(incoming.headers["x-amz-target"]).endsWith("UpdateItem");
    if (meetsFate) isFirst = false;
    const headers = Object.fromEntries(
      ["x-amz-target", "content-type", "authorization", "x-amz-date"].map((name) => [
        name,
        String(incoming.headers[name]),
      ]),
    );
    const reply =
      meetsFate && !isApplied
        ? undefined
        : await fetch(db.endpoint, { method: "POST", headers, body: new Uint8Array(body) });
    const text = (await reply?.text()) ?? "";
    if (!meetsFate) outgoing.writeHead(reply?.status ?? 500).end(text);
    else if (answer === undefined) incoming.socket.destroy();
    else outgoing.writeHead(answer[0], { "content-type": "application/x-amz-json-1.0" }).end(answer[1]);
  };
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a server on TCP has no other kind of address
}

function storeAt(endpoint: string) {
  const client = new DynamoDBClient({
    endpoint,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
    requestHandler: new FetchHttpHandler(),
  });
  return createDynamoDBCounterStore({ client, tableName });
}

describe("on fetch, a write without a proper answer has an unknown outcome, and its retry counts once:", () => {
  test.each<[string, Fate]>([
    ["the connection breaks after the write", { isApplied: true }],
    ["the connection breaks before the write", { isApplied: false }],
    ["200 without a body", { isApplied: true, answer: [200, ""] }],
    ["200 with an empty object", { isApplied: true, answer: [200, "{}"] }],
    ["200 with half of a body", { isApplied: true, answer: [200, '{"Attributes":{"val'] }],
    ["502 of a proxy, in HTML", { isApplied: true, answer: [502, "<html>Bad Gateway</html>"] }],
  ])("%s", async (id, fate) => {
    const store = storeAt(await startServer(fate));
    const error = await errorOf(store.apply({ id, commands: [increment(5)] }));
    expect(error.code).toBe("outcome-unknown");
    const { idempotencyKey, issuedAt } = error.details;
    const retry = {
      id,
      commands: [increment(5)],
      idempotencyKey: String(idempotencyKey),
      issuedAt: Number(issuedAt),
    };
    expect(await store.apply(retry)).toMatchObject({ value: 5 });
    expect(await store.get(id, { consistent: true })).toBe(5);
  });
});

test("on fetch, a server that refuses the connection is retryable", async () => {
  const endpoint = await startServer({ isApplied: false });
  const [server] = servers.splice(0);
  server?.close();
  const error = await errorOf(storeAt(endpoint).apply({ id: "refused", commands: [increment()] }));
  expect(error).toMatchObject({ code: "unavailable", retryable: true });
});
