import { TransactWriteItemsCommand, type TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { localClient, type LocalClientOptions } from "../local-client.ts";
import type { RunningDynamoDB } from "../start-dynamodb.ts";
import { startEngine } from "./adding-engine.fixture.ts";
import { addOne, valueOf } from "./adding.fixture.ts";
import { FAULT_EFFECTS, INTERNAL, THROTTLED, TIMEOUT } from "./fault-effects.fixture.ts";
import { FAULTS, EVERY_FAULT, type Fault } from "./fault.ts";
import { startFaultyNetwork } from "./faulty-network.ts";
import type { FaultyNetworkOptions } from "./options.ts";

let db: RunningDynamoDB;
let id = "";
const closings: (() => unknown)[] = [];

beforeAll(async () => {
  db = await startEngine();
});
afterAll(() => db.stop());
beforeEach(({ task }) => {
  id = task.id;
});
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

/** A network, and a client that is told of each fault. */
async function setUp(options: FaultyNetworkOptions, clientOptions: LocalClientOptions = { maxAttempts: 1 }) {
  const network = await startFaultyNetwork(db.endpoint, options);
  const client = localClient(network.endpoint, clientOptions);
  closings.push(() => client.destroy(), network.stop);
  return { network, client };
}
const value = () => valueOf(db.client, id);
const NONE = Object.fromEntries(FAULTS.map((fault) => [fault, 0]));

describe.each(FAULTS)("%s", (fault) => {
  const { told, counted, late = counted } = FAULT_EFFECTS[fault];

  test(`counts ${late} times, whatever the client is told`, async () => {
    const { network, client } = await setUp(
      { seed: 1, faults: { [fault]: 1 }, delayMs: { min: 2_000, max: 2_000 } },
      // None where none is due: a busy machine would be taken for a fault.
      { maxAttempts: 1, requestTimeout: told === TIMEOUT ? 200 : undefined },
    );
    const outcome = await addOne(client, id).then(
      () => "an answer",
      (error: unknown) => error,
    );
    if (typeof told === "object") expect(outcome).toMatchObject(told);
    else expect(outcome).toBe(told);
    if (fault !== "delay") await network.drain();
    expect(await value()).toBe(counted);
    await network.drain();
    expect(await value()).toBe(late);
    expect(network.requests).toEqual({ UpdateItem: 1 });
    expect(network.faults).toEqual({ ...NONE, [fault]: 1 });
  });
});

describe("startFaultyNetwork", () => {
  test("passes requests for which no fault is drawn", async () => {
    const { network, client } = await setUp({ faults: {} });
    expect(await addOne(client, id)).toBe(1);
    expect(await valueOf(client, id)).toBe(1);
    expect(network.requests).toEqual({ UpdateItem: 1, GetItem: 1 });
    expect(network.faults).toEqual(NONE);
    expect(network.summary).toBe(`Seed ${network.seed}, 2 requests: no fault.`);
  });

  test("a delayed request arrives after its retry was answered", async () => {
    const { network, client } = await setUp({ faults: {}, delayMs: { min: 2_000, max: 2_000 } });
    network.injectNext("delay");
    const impatience = new AbortController();
    const first = addOne(client, id, { abortSignal: impatience.signal });
    await expect.poll(() => network.faults.delay).toBe(1);
    impatience.abort();
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
    expect(await addOne(client, id)).toBe(1);
    await network.drain();
    expect(await value()).toBe(2);
  });

  test("a delayed request is answered where the client waits", async () => {
    const { client } = await setUp({ faults: { delay: 1 }, delayMs: { min: 20, max: 20 } });
    expect(await addOne(client, id)).toBe(1);
  });

  test("a duplicate is answered by either reply", async () => {
    const { network, client } = await setUp({ seed: 1, faults: { duplicate: 1 } });
    const replies = new Set<string>();
    for (let added = 1; added <= 20; added++) {
      const answer = await addOne(client, id);
      await network.drain();
      expect(await value()).toBe(2 * added);
      replies.add(answer === 2 * added ? "second" : answer === 2 * added - 1 ? "first" : `${answer}`);
    }
    expect(replies).toEqual(new Set(["first", "second"]));
  });

  test("a conflict on any item cancels a transaction, with a reason for each", async () => {
    const { client } = await setUp({ seed: 5, faults: { conflict: 1 } });
    const Put = { TableName: "counters", Item: { id: { S: id } } };
    const BUSY = { Code: "TransactionConflict", Message: "Transaction is ongoing for the item" };
    const FREE = { Code: "None" };
    const seen = new Set<string>();
    for (let request = 1; request <= 20; request++) {
      const refused = client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }, { Put }] }));
      const error = await refused.catch((thrown: unknown) => thrown as TransactionCanceledException);
      if (!("CancellationReasons" in error)) expect.unreachable("it was not cancelled");
      const { name, message, CancellationReasons: reasons = [] } = error;
      expect(name).toBe("TransactionCanceledException");
      expect(reasons.toSorted((a, b) => (a.Code ?? "").localeCompare(b.Code ?? ""))).toEqual([FREE, BUSY]);
      const codes = reasons.map(({ Code }) => Code).join(", ");
      expect(message).toBe(
        `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]` +
          ` (faulty network: request ${request} of seed 5)`,
      );
      seen.add(codes);
    }
    expect([...seen].toSorted()).toEqual(["None, TransactionConflict", "TransactionConflict, None"]);
  });

  test("its errors tell the request and the seed", async () => {
    const { client } = await setUp({ seed: 42, faults: { "server-error": 1 }, operations: ["UpdateItem"] });
    await valueOf(client, id);
    await expect(addOne(client, id)).rejects.toMatchObject({
      message: "Internal server error (faulty network: request 2 of seed 42)",
      $metadata: { requestId: "seed-42-request-2" },
    });
  });

  test("the same seed does the same to the same requests", async () => {
    const faults = { "reset-before": 0.2, "reset-after": 0.2, throttle: 0.2, "cut-reply": 0.2 };
    const outcomes = async (seed?: number) => {
      const { network, client } = await setUp({ seed, faults });
      const told: string[] = [];
      for (let request = 0; request < 40; request++) {
        told.push(
          await addOne(client, id).then(
            () => "an answer",
            ({ name, message }: Error) => `${name}: ${message}`,
          ),
        );
      }
      return { told, seed: network.seed, faults: network.faults, summary: network.summary };
    };
    const drawn = await outcomes();
    expect(await outcomes(drawn.seed)).toEqual(drawn);
    expect((await outcomes(drawn.seed + 1)).told).not.toEqual(drawn.told);
  });

  test("only the named operations meet drawn faults", async () => {
    const { network, client } = await setUp({ faults: { "server-error": 1 }, operations: ["UpdateItem"] });
    expect(await valueOf(client, id)).toBe(0);
    await expect(addOne(client, id)).rejects.toMatchObject(INTERNAL);
    expect(network.requests).toEqual({ GetItem: 1, UpdateItem: 1 });
  });

  test("injected faults come before those that are drawn, and disableFaults ends both", async () => {
    const { network, client } = await setUp({ faults: { "server-error": 1 } });
    network.injectNext("throttle", "UpdateItem");
    await expect(valueOf(client, id)).rejects.toMatchObject(INTERNAL);
    await expect(addOne(client, id)).rejects.toMatchObject(THROTTLED);
    await expect(addOne(client, id)).rejects.toMatchObject(INTERNAL);
    network.injectNext("throttle");
    network.disableFaults();
    expect(await addOne(client, id)).toBe(1);
    expect(network.faults).toEqual({ ...NONE, "server-error": 2, throttle: 1 });
    expect(network.summary).toBe(`Seed ${network.seed}, 4 requests: 2 × server-error, 1 × throttle.`);
  });

  test("drain resolves only when all requests are executed, even those of clients that have left", async () => {
    const { network } = await setUp({ faults: {} });
    const { hostname, port } = new URL(network.endpoint);
    const body = JSON.stringify({
      TableName: "counters",
      Key: { id: { S: id } },
      AttributeUpdates: { value: { Action: "ADD", Value: { N: "1" } } },
    });
    const send = async () => {
      const socket = connect(Number(port), hostname);
      await once(socket, "connect");
      await new Promise((sent) => socket.write(rawUpdateItem(body), sent));
      socket.destroy();
    };
    for (let senders = 100; senders <= 500; senders += 100) {
      await Promise.all(Array.from({ length: 100 }, send));
      await network.drain();
      expect(await value()).toBe(senders);
    }
  });

  // The simulated network runs the whole mixture: what is lost silently costs real seconds.
  test("every request is accounted for, under a mixture of the faults that a client notices", async () => {
    const silent: readonly Fault[] = ["lose-request", "lose-reply", "delay"];
    const noticed = Object.fromEntries(
      Object.entries(EVERY_FAULT).filter(([fault]) => !silent.includes(fault as Fault)), // its keys are faults
    );
    const { network, client } = await setUp({ seed: 3, faults: noticed });
    let left = 600;
    const write = async () => {
      while (left-- > 0) await addOne(client, id).catch(() => "what became of it is the question");
    };
    await Promise.all(Array.from({ length: 16 }, write));
    await network.drain();
    const { faults, requests, summary } = network;
    const times = (...kinds: readonly Fault[]) => kinds.reduce((sum, fault) => sum + faults[fault], 0);
    const arrived = requests["UpdateItem"] ?? 0;
    const carriedOut =
      arrived - times("reset-before", "server-error", "throttle", "conflict") + times("duplicate");
    expect({ value: await value(), summary }).toEqual({ value: carriedOut, summary });
    expect(FAULTS.filter((fault) => faults[fault] === 0)).toEqual(silent);
    const expected = arrived * Object.values(noticed).reduce((sum, probability) => sum + probability, 0);
    expect(Math.abs(times(...FAULTS) - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  test.each<[string, string | undefined, string]>([
    ["lost", undefined, `fault is "lost"; pass ${FAULTS.map((fault) => `"${fault}"`).join(", ")}.`],
    [
      "throttle",
      "updateItem",
      'operation is "updateItem"; pass its name as DynamoDB writes it, such as "UpdateItem".',
    ],
    [
      "conflict",
      "GetItem",
      'operation is "GetItem"; pass PutItem, UpdateItem, DeleteItem, TransactWriteItems, TransactGetItems: ' +
        'no other meets a "conflict".',
    ],
  ])("refuses to inject %j for %j", async (fault, operation, message) => {
    const { network } = await setUp({ faults: {} });
    // A caller without types may pass anything.
    expect(() => network.injectNext(fault as Fault, operation)).toThrow(new TypeError(message));
  });

  test("refuses an engine that does not speak plain HTTP", async () => {
    await expect(startFaultyNetwork("https://127.0.0.1:8000")).rejects.toThrow(
      new TypeError(
        'endpoint is "https://127.0.0.1:8000"; pass that of an engine on plain HTTP, such as "http://127.0.0.1:8000".',
      ),
    );
    await expect(startFaultyNetwork("127.0.0.1")).rejects.toThrow(/^endpoint is "127.0.0.1"; pass/);
  });
});

function rawUpdateItem(body: string): string {
  return [
    "POST / HTTP/1.1",
    "host: localhost",
    "x-amz-target: DynamoDB_20120810.UpdateItem",
    "content-type: application/x-amz-json-1.0",
    "authorization: AWS4-HMAC-SHA256 Credential=a/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=a",
    "x-amz-date: 20260101T000000Z",
    `content-length: ${body.length}`,
    "",
    body,
  ].join("\r\n");
}
