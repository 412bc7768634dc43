import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment } from "@durable-counter/core";
import { localClient, startDynamoDB, type RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDynamoDBCounterStore, ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";
import { errorOf } from "./lost-replies.fixture.ts";

const tableName = "counters";
let engine: RunningDynamoDB;
let silent: { readonly server: Server; readonly sockets: Socket[]; readonly client: DynamoDBClient };
let counters = 0;

beforeAll(async () => {
  engine = await startDynamoDB({ engine: "dynalite" });
  await ensureCounterTable(engine.client, tableName);
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // of a TCP server
  silent = { server, sockets, client: localClient(`http://127.0.0.1:${port}`) };
});
afterAll(async () => {
  silent.client.destroy();
  for (const socket of silent.sockets) socket.destroy();
  silent.server.close();
  await engine.stop();
});

const newId = () => `counter-${++counters}`;
const storeOf = (client: DynamoDBClient, options: Partial<DynamoDBCounterStoreOptions> = {}) =>
  createDynamoDBCounterStore({ client, tableName, ...options });

async function listed(entries: AsyncIterable<unknown>): Promise<unknown[]> {
  const all = [];
  for await (const entry of entries) all.push(entry);
  return all;
}

describe("a peer that accepts a connection and never answers", () => {
  test("ends every call when its time is over", async () => {
    const store = storeOf(silent.client, { timeoutMs: 100 });
    const request = { id: newId(), commands: [increment()], idempotencyKey: "t" };
    const { code, details, message } = await errorOf(store.apply(request));
    expect({ code, details }).toMatchObject({ code: "outcome-unknown", details: { idempotencyKey: "t" } });
    expect(message).toContain("took longer than 100 ms");
    expect((await errorOf(store.get(request.id))).code).toBe("unavailable");
    expect((await errorOf(store.delete(request.id))).code).toBe("outcome-unknown");
    expect((await errorOf(listed(store.list()))).code).toBe("unavailable");
  });

  test("ends every call when the caller's signal aborts", async () => {
    const store = storeOf(silent.client);
    const id = newId();
    const reason = new Error("the invocation ends");
    const ask = async (run: (options: { signal: AbortSignal }) => Promise<unknown>) => {
      const controller = new AbortController();
      const asked = errorOf(run({ signal: controller.signal }));
      setTimeout(() => controller.abort(reason), 50);
      const { code, cause } = await asked;
      expect((cause as Error).cause).toBe(reason);
      return code;
    };
    const request = { id, commands: [increment()], idempotencyKey: "t" };
    expect(await ask((options) => store.apply(request, options))).toBe("outcome-unknown");
    expect(await ask((options) => store.get(id, options))).toBe("unavailable");
    expect(await ask((options) => store.delete(id, options))).toBe("outcome-unknown");
    expect(await ask((options) => listed(store.list(options)))).toBe("unavailable");
  });
});

describe("a signal that has aborted", () => {
  test("keeps a call from sending anything", async () => {
    const store = storeOf(engine.client);
    const id = newId();
    const options = { signal: AbortSignal.abort() };
    const request = { id, commands: [increment()], idempotencyKey: "t" };
    const { code, details } = await errorOf(store.apply(request, options));
    expect({ code, details }).toEqual({ code: "unavailable", details: {} });
    expect((await errorOf(store.get(id, options))).code).toBe("unavailable");
    expect((await errorOf(listed(store.list(options)))).code).toBe("unavailable");
    expect(await store.get(id, { consistent: true })).toBe(0);
  });

  test("must be one: anything else is refused, and nothing is sent", async () => {
    const store = storeOf(engine.client);
    const options = { signal: 5_000 as never }; // as a caller without types may pass
    const request = { id: newId(), commands: [increment()] };
    for (const call of [
      store.apply(request, options),
      store.get(request.id, options),
      listed(store.list(options)),
    ]) {
      expect(await errorOf(call)).toMatchObject({
        code: "invalid-input",
        message: expect.stringContaining("options.signal is 5000; pass an AbortSignal"),
      });
    }
    expect(await store.get(request.id, { consistent: true })).toBe(0);
  });

  test("ends the wait between attempts", async () => {
    const client = localClient(engine.endpoint, { maxAttempts: 1 });
    client.middlewareStack.add(
      () => () => Promise.reject(Object.assign(new Error("slow down"), { name: "ThrottlingException" })),
      {
        step: "deserialize",
        priority: "low",
      },
    );
    const controller = new AbortController();
    const sleep = () => {
      controller.abort();
      return new Promise<void>(() => undefined); // a wait that does not heed the signal
    };
    const request = { id: newId(), commands: [increment()], idempotencyKey: "t" };
    const { code } = await errorOf(storeOf(client, { sleep }).apply(request, { signal: controller.signal }));
    expect(code).toBe("unavailable");
    client.destroy();
  });

  test("after the call is done changes nothing, and leaves no listener", async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
    const request = { id: newId(), commands: [increment()], idempotencyKey: "t" };
    await storeOf(engine.client).apply(request, { signal });
    expect(listeners).toBe(0);
    controller.abort();
    expect(await storeOf(engine.client).apply(request)).toMatchObject({ value: 1, replayed: true });
  });
});
