import { readFileSync } from "node:fs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { decrement, increment, type CounterStore } from "@durable-counter/core";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import {
  crashable,
  exploreCrashes,
  FakeContext,
  MemoryCounterStore,
  simulate,
} from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { createWordCount } from "./04-parallel-word-count.ts";
import { useEnvironment } from "./environment.fixture.ts";
import { forwardingStore } from "./word-count/forwarding-store.fixture.ts";
import { InFlight } from "./word-count/in-flight.fixture.ts";
import type { WordCount } from "./word-count/report.ts";
import type { WordCountRequest } from "./word-count/request.ts";
import { splitText } from "./word-count/split-text.ts";
import type { Texts } from "./word-count/texts.ts";
import { countAsWc, genesis, MemoryTexts } from "./word-count/texts.fixture.ts";

type Event = Partial<WordCountRequest> & Pick<WordCountRequest, "counters" | "words">;

/** Only ends a hang: no test depends on the speed of an engine. */
const HANG_MS = 600_000;

/** The right values of the counters of an event, counted in another way, after the text was counted `times` times. */
const countersOf = ({ counters, words }: Event, bytes: Uint8Array, times = 1) => ({
  [`${counters}/words`]: times * countAsWc(bytes),
  ...Object.fromEntries(
    words.map((word) => [
      `${counters}/word/${word.toLowerCase()}`,
      times * countAsWc(bytes, word.toLowerCase()),
    ]),
  ),
});
const contentOf = async (store: CounterStore) => {
  const content: Record<string, number> = {};
  for await (const { id, value } of store.list()) content[id] = value;
  return content;
};

describe("04: a parallel word count, deployed", () => {
  const at = useEnvironment();
  const event = JSON.parse(
    readFileSync(new URL("events/parallel-word-count.json", import.meta.url), "utf8"),
  ) as Event;
  /** Fewer operations, where a test needs several executions. */
  const withLongChunks = { ...event, chunkBytes: 65_536 };
  const withoutKey = { ...withLongChunks, idempotencyKey: undefined };
  /** One execution; each has a name of its own, as in production. */
  const execute = async (payload: object, options: { replay?: "always" } = {}) =>
    simulate<WordCount>((await import("./04-parallel-word-count.ts")).handler, {
      payload,
      timeoutMs: HANG_MS,
      ...options,
    });

  test("counts what wc counts", async () => {
    const { result, operations } = await execute(event);
    expect(result).toEqual({ chunks: 25, failed: [], words: 38_315, counters: countersOf(event, genesis) });
    const increments = operations.filter(({ name }) => name?.includes("/increment("));
    // The plan, the map, the total, the reading; a context and a word count per chunk; a step per counter.
    expect(operations).toHaveLength(4 + 2 * 25 + increments.length);
    expect(increments).toHaveLength(96);
    // Checkpoints carry no text: all results together are a fraction of the book.
    expect(JSON.stringify(operations.map(({ result }) => result)).length).toBeLessThan(genesis.length / 10);
  });

  test.each([1, 8])(
    "counts once when the process dies and replies are lost, with %d chunks at a time",
    async (maxConcurrency) => {
      for (let lost = 0; lost < 10; lost++) at.environment.network.loseReply("UpdateItem");
      const { result, invocations } = await execute(
        { ...event, chunkBytes: 32_768, maxConcurrency },
        { replay: "always" },
      );
      expect(result).toMatchObject({ words: 38_315, counters: countersOf(event, genesis) });
      // It dies after every checkpoint, unless another chunk is in progress.
      expect(invocations).toBeGreaterThan(maxConcurrency === 1 ? 40 : 1);
    },
  );

  test("counts once, wherever it crashes", async () => {
    const excerpt = genesis.subarray(0, 400);
    const payload = { ...event, words: ["God"], chunkBytes: 256 };
    const store = createDynamoDBCounterStore({ client: new DynamoDBClient(), tableName: "counters" });
    const texts = new MemoryTexts("genesis.txt", excerpt);
    const count = createWordCount({ store: crashable(store, "store"), texts });
    const { failures, unreached, points } = await exploreCrashes(withDurableExecution(count), {
      payload,
      timeoutMs: HANG_MS,
      // The order of chunks at a counter varies, so "before" and "after" differ from run to run.
      compare: "outcome",
      beforeEach: async () => {
        for (const id of Object.keys(await contentOf(store))) await store.delete(id);
      },
      check: async () => expect(await contentOf(store)).toEqual(countersOf(payload, excerpt)),
    });
    expect(failures.map(({ message }) => message)).toEqual([]);
    expect(unreached).toBeLessThan(points / 2);
  });

  test("counts an event once that is delivered twice, with its idempotency key", async () => {
    const both = await Promise.all([execute(withLongChunks), execute(withLongChunks)]);
    const { result } = await execute(withLongChunks);
    expect([...both.map((each) => each.result?.words), result?.words]).toEqual([38_315, 38_315, 38_315]);
    expect(result?.counters).toEqual(countersOf(event, genesis));
  });

  test("refuses an event whose key the store has forgotten, as when it is redriven", async () => {
    const redriven = {
      ...withLongChunks,
      idempotencyKey: "redriven",
      issuedAt: String(Date.now() - 7_200_000),
    };
    const { status, error } = await execute({ ...redriven, toleratedFailures: 0 });
    expect(status).toBe("FAILED");
    expect(error?.message).toContain("[idempotency-key-expired]");
  });

  test("counts twice what two executions count at once, without an idempotency key", async () => {
    await Promise.all([execute(withoutKey), execute(withoutKey)]);
    const { result } = await execute(withoutKey);
    expect(result?.counters).toEqual(countersOf(event, genesis, 3));
  });
});

describe("04: a parallel word count", () => {
  const event = { text: "book.txt", counters: "book", words: ["God", "earth"], chunkBytes: 256 };
  const excerpt = genesis.subarray(0, 1_000);
  const chunks = splitText(excerpt, event.chunkBytes);
  /** The text without the chunks that a test lets fail. */
  const without = (bytes: Uint8Array, ...ranges: readonly { start: number; end: number }[]) =>
    Buffer.from(
      bytes.filter((_byte, index) => ranges.every(({ start, end }) => index < start || index >= end)),
    );
  /** The text with an invalid byte in some of its chunks. */
  const damaged = (bytes: Uint8Array, ...ranges: readonly { start: number }[]) =>
    bytes.map((byte, index) => (ranges.some(({ start }) => index === start + 100) ? 0xff : byte));
  const setUp = (bytes: Uint8Array) => {
    const texts = new MemoryTexts("book.txt", bytes);
    const store = new MemoryCounterStore();
    const count = createWordCount({ store, texts });
    return { texts, store, count, handler: withDurableExecution(count) };
  };

  test("has readable operation names, one operation per counter and chunk", async () => {
    const { count, store } = setUp(excerpt);
    const context = new FakeContext();
    expect(await count(event, context)).toEqual({
      chunks: 4,
      failed: [],
      words: countAsWc(excerpt),
      counters: countersOf(event, excerpt),
    });
    const withoutAmount = context.operations.map(({ name }) => name?.replace(/\(.*\)$/u, ""));
    expect(withoutAmount).toEqual([
      "plan",
      "chunks",
      "bytes 0-255",
      "bytes 255-508",
      "bytes 508-764",
      "bytes 764-1000",
      ...Array.from({ length: 4 }, () => "count words"),
      ...Array.from({ length: 4 }, () => "words/0/increment"),
      ...Array.from({ length: 4 }, () => "word/god/0/increment"),
      "word/earth/0/increment", // The other chunks have none.
      "total/0/batch",
      "read counters",
    ]);
    expect(await contentOf(store)).toEqual(countersOf(event, excerpt));
  });

  test("counts nothing in a text that is empty", async () => {
    expect(await setUp(new Uint8Array()).count(event, new FakeContext())).toEqual({
      chunks: 0,
      failed: [],
      words: 0,
      counters: { "book/words": 0, "book/word/god": 0, "book/word/earth": 0 },
    });
  });

  test.each([
    ["whole", excerpt],
    ["damaged", damaged(excerpt, chunks[1]!)],
  ])("counts a %s text once, wherever it crashes", async (what, bytes) => {
    let store = new MemoryCounterStore();
    const port = forwardingStore(() => store);
    const texts = crashable(new MemoryTexts("book.txt", bytes), "texts");
    const count = createWordCount({ store: crashable(port, "store"), texts });
    const { failures, unreached, points } = await exploreCrashes(withDurableExecution(count), {
      payload: { ...event, maxConcurrency: 2, toleratedFailures: 1 },
      beforeEach: () => (store = new MemoryCounterStore()),
      check: async ({ status }) => {
        expect(status).toBe("SUCCEEDED");
        const counted = what === "whole" ? bytes : without(bytes, chunks[1]!);
        expect(await contentOf(store)).toEqual(countersOf(event, counted));
      },
    });
    expect(failures.map(({ message }) => message)).toEqual([]);
    expect(unreached).toBe(0);
    expect(points).toBeGreaterThan(40);
  });

  test("counts a whole book once when the process dies again and again", async () => {
    let store = new MemoryCounterStore();
    const count = createWordCount({
      store: crashable(
        forwardingStore(() => store),
        "store",
      ),
      texts: new MemoryTexts("book.txt", genesis),
    });
    const { failures, unreached, runs } = await exploreCrashes(withDurableExecution(count), {
      payload: { ...event, chunkBytes: 8_192 },
      crashes: Array.from({ length: 10 }, (_, index) => 20 * (index + 1)),
      beforeEach: () => (store = new MemoryCounterStore()),
      check: async () => expect(await contentOf(store)).toEqual(countersOf(event, genesis)),
    });
    expect(failures.map(({ message }) => message)).toEqual([]);
    expect({ unreached, runs }).toEqual({ unreached: 0, runs: 11 });
  });

  test.each([1, 3, 8])("counts at most %d chunks at a time, if asked to", async (maxConcurrency) => {
    const inFlight = new InFlight();
    const { texts, store } = setUp(genesis);
    const port = forwardingStore(
      () => store,
      (write) => inFlight.during(write),
    );
    const watched: Texts = { read: (...args) => inFlight.during(() => texts.read(...args)) };
    const handler = withDurableExecution(createWordCount({ store: port, texts: watched }));
    const payload = { ...event, chunkBytes: 8_192, maxConcurrency };
    expect((await simulate<WordCount>(handler, { payload })).result?.chunks).toBe(25);
    expect(inFlight.most).toBe(maxConcurrency);
  });

  describe("some of whose chunks are not UTF-8", () => {
    const payload = { ...event, chunkBytes: 8_192, idempotencyKey: "book-1" };
    const wholes = splitText(genesis, payload.chunkBytes);
    const bad = [wholes[4]!, wholes[17]!];

    test("counts the others and reports these, if as many may fail", async () => {
      const { handler, store, texts } = setUp(damaged(genesis, ...bad));
      const { result } = await simulate<WordCount>(handler, {
        payload: { ...payload, toleratedFailures: 2 },
      });
      const rest = without(genesis, ...bad);
      expect(result).toEqual({
        chunks: 25,
        failed: [
          {
            chunk: 4,
            ...bad[0],
            error: expect.stringMatching(/^Bytes \d+ to \d+ of "book.txt" are not UTF-8; /u),
          },
          { chunk: 17, ...bad[1], error: expect.stringMatching(/not UTF-8/u) },
        ],
        words: countAsWc(rest),
        counters: countersOf(event, rest),
      });
      expect(await contentOf(store)).toEqual(countersOf(event, rest));
      expect(texts.reads).toBe(1 + 25); // What is not UTF-8 is not read again.
    });

    test("fails if fewer may fail, and counts only the rest when the event is sent again with the repaired text", async () => {
      const { handler, store, texts } = setUp(damaged(genesis, ...bad));
      const first = await simulate(handler, { payload: { ...payload, toleratedFailures: 1 } });
      expect(first.status).toBe("FAILED");
      expect(first.error?.message).toMatch(
        /^Not all could be counted: 2 chunks failed, and 1 may fail. Chunk 4: Bytes .* Chunk 17: .* send the event again, with its idempotency key "book-1"/u,
      );
      const partly = (await contentOf(store))["book/words"];
      expect(partly).toBeGreaterThan(0);
      expect(partly).toBeLessThan(countAsWc(without(genesis, ...bad)));

      texts.files.set("book.txt", genesis);
      const { result } = await simulate<WordCount>(handler, { payload });
      expect(result?.failed).toEqual([]);
      expect(result?.counters).toEqual(countersOf(event, genesis));
    });
  });

  test("counts the rest of a chunk that the store refused in part, when the event is sent again", async () => {
    const { handler, store } = setUp(genesis);
    const full = { id: "book/word/god", commands: [increment(Number.MAX_SAFE_INTEGER)] };
    await store.apply(full);
    const payload = { ...event, chunkBytes: 8_192, idempotencyKey: "book-1" };
    const { status, error } = await simulate(handler, { payload });
    expect(status).toBe("FAILED");
    expect(error?.message).toMatch(/Chunk 0: .*"book\/word\/god" .*\[limit-exceeded\]/u);

    await store.apply({ ...full, commands: [decrement(Number.MAX_SAFE_INTEGER)] });
    const { result } = await simulate<WordCount>(handler, { payload });
    expect(result?.counters).toEqual(countersOf(event, genesis));
  });

  test("refuses another text under an idempotency key that was used, rather than count it", async () => {
    const { handler, store, texts } = setUp(excerpt);
    const payload = { ...event, idempotencyKey: "book-1" };
    await simulate(handler, { payload });
    texts.files.set("book.txt", genesis.subarray(5_000, 6_000));
    const { error } = await simulate(handler, { payload });
    expect(error?.message).toContain("[idempotency-key-reused]");
    expect(await contentOf(store)).toEqual(countersOf(event, excerpt));
  });

  test("refuses a text in more chunks than an execution has operations for, before it counts", async () => {
    const { handler, store } = setUp(genesis);
    const { error } = await simulate(handler, { payload: event });
    expect(error?.message).toMatch(
      /"book.txt" in \d+ chunks of 256 bytes can take \d+ durable operations, and an execution may have 3000; pass a "chunkBytes" that makes at most 599 chunks/u,
    );
    expect(await contentOf(store)).toEqual({});
  });
});
