import { hash } from "node:crypto";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomRuns } from "../../../../scripts/test/random.ts";
import type { DurableOperation } from "../service/durable-operation.ts";
import { simulate } from "../simulator/simulate.ts";
import { errorObjectOf } from "../service/error-object.ts";
import { FakeContext } from "./fake-context.ts";
import { answersOf, functions, handlerOf } from "./program-handler.fixture.ts";
import { programs, type Program } from "./random-program.fixture.ts";

interface Outcome {
  readonly result?: unknown;
  readonly error?: {
    readonly type: string | undefined;
    readonly message: string | undefined;
    readonly data: string | undefined;
  };
  /** By the hash of their positions. */
  readonly operations: Readonly<Record<string, Partial<DurableOperation>>>;
}

async function fake(program: Program): Promise<Outcome> {
  const context = new FakeContext({ callbacks: answersOf(program), functions });
  try {
    const result = await handlerOf(program)({}, context);
    return comparable({ result, operations: byWireId(context.operations) });
  } catch (thrown) {
    const { ErrorType: type, ErrorMessage: message, ErrorData: data } = errorObjectOf(thrown);
    return comparable({ error: { type, message, data }, operations: byWireId(context.operations) });
  }
}

async function simulated(program: Program): Promise<Outcome> {
  const handler = withDurableExecution(handlerOf(program));
  const { result, error, operations } = await simulate(handler, { callbacks: answersOf(program), functions });
  if (error === undefined) return comparable({ result, operations: byWireId(operations) });
  const { type, message, errorData: data } = error;
  return comparable({ error: { type, message, data }, operations: byWireId(operations) });
}

async function runByAws(program: Program): Promise<Outcome | undefined> {
  const runner = new LocalDurableTestRunner({ handlerFunction: withDurableExecution(handlerOf(program)) });
  for (const [name, invoked] of Object.entries(functions)) runner.registerFunction(name, invoked);
  const run = await runner.run({ payload: {} }).catch((error: unknown) => {
    // With skipped time the runner's checkpoint server now and then mixes up the states of a step.
    if (error instanceof Error && error.message.includes("Checkpoint failed")) return undefined;
    throw error;
  });
  if (run === undefined) return undefined;
  const operations = Object.fromEntries(
    run.getOperations().map((operation) => [
      operation.getId(),
      {
        ...(operation.getName() !== undefined && { name: operation.getName() }),
        type: operation.getType(),
        subType: operation.getSubType(),
        status: operation.getStatus(),
      },
    ]),
  );
  if (run.getStatus() === "SUCCEEDED") return comparable({ result: run.getResult(), operations });
  const { errorType: type, errorMessage: message, errorData: data } = run.getError();
  return comparable({ error: { type, message, data }, operations });
}

function byWireId(operations: readonly DurableOperation[]): Outcome["operations"] {
  return Object.fromEntries(operations.map(({ id, ...rest }) => [wireIdOf(id), rest]));
}

/** The simulator shows the hash where it could not tell the position. */
function wireIdOf(position: string): string {
  return position.startsWith("#") ? position.slice(1) : hash("md5", position).slice(0, 16);
}

const DIFFERENT = new Set(["stack", "startedAt", "endedAt", "callbackId"]);

/** Passes through JSON, and removes what differs in every execution. */
function comparable(outcome: { [key in keyof Outcome]: unknown }): Outcome {
  return JSON.parse(
    JSON.stringify(outcome, (key, value: unknown) => (DIFFERENT.has(key) ? undefined : value)),
  );
}

/** What AWS's runner tells of an operation, but for what the execution left behind, with which the runner goes on. */
function asAwsTells({ operations, ...outcome }: Outcome, left: Outcome): Outcome {
  const short = Object.entries(operations).map(([id, { name, type, subType, status }]) => [
    id,
    {
      ...(name !== undefined && { name }),
      type,
      subType,
      ...(hasEnded(left.operations[id]) && { status }),
    },
  ]);
  return { ...outcome, operations: Object.fromEntries(short) };
}

/**
 * AWS's runner hangs now and then where a callback is answered at once, and skips time while an invoked function
 * runs, which changes who of several comes first. Both are left to the simulator.
 */
function suitsAws(program: Program): boolean {
  return Object.keys(answersOf(program)).length === 0 && !/"(all|any|race)"/.test(JSON.stringify(program));
}

function hasEnded({ status }: Partial<DurableOperation> = {}): boolean {
  return status === "SUCCEEDED" || status === "FAILED" || status === "TIMED_OUT";
}

/**
 * Functions that several invokes of a race run end at the same moment. The service tells all of them at once; the fake ends
 * the handler with the first and leaves the others STARTED, as they are if they take longer.
 */
function withoutTies({ operations, ...outcome }: Outcome, fake: Outcome): Outcome {
  const told = Object.entries(operations).map(([id, operation]) => {
    const other = fake.operations[id];
    const isTie = operation.type === "CHAINED_INVOKE" && hasEnded(operation) && other?.status === "STARTED";
    return [id, isTie ? other : operation];
  });
  return { ...outcome, operations: Object.fromEntries(told) };
}

test("has the same result, error and operations as the real SDK on the simulator", async () => {
  // Several at once: a simulation waits for timers of the durable SDK most of the time.
  const batches = fc.array(programs, { minLength: 1, maxLength: 20, size: "max" });
  await fc.assert(
    fc.asyncProperty(batches, async (batch) => {
      const expected = await Promise.all(batch.map(simulated));
      for (const [index, program] of batch.entries()) {
        const outcome = await fake(program);
        expect(outcome).toEqual(withoutTies(expected[index] as Outcome, outcome)); // one for each program
      }
    }),
    { numRuns: randomRuns(12) },
  );
});

describe("under AWS's runner", () => {
  beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: true }));
  afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

  test("has the same result, error and operations", async () => {
    await fc.assert(
      fc.asyncProperty(programs.filter(suitsAws), async (program) => {
        const expected = await runByAws(program);
        if (expected === undefined) return;
        const actual = await fake(program);
        expect(asAwsTells(actual, actual)).toEqual(asAwsTells(expected, actual));
      }),
      { numRuns: randomRuns(10) },
    );
  });
});
