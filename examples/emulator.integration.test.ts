// Every handler, deployed to the emulator: in processes, over Lambda's HTTP API, and with processes that are killed.
import { readFileSync } from "node:fs";
import {
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  LambdaClient,
  paginateGetDurableExecutionHistory,
} from "@aws-sdk/client-lambda";
import { increment } from "@durable-counter/core";
import { startEmulator, type ChaosOptions, type Emulator } from "@durable-counter/emulator";
import { replayHistory } from "@durable-counter/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useEnvironment } from "./environment.fixture.ts";

const FILES = [
  "00-naive-counter",
  "01-durable-counter",
  "02-stateless-dynamodb",
  "03-durable-on-dynamodb",
  "04-parallel-word-count",
];
const at = useEnvironment();
const functions = FILES.map((name) => ({ name, file: `${import.meta.dirname}/${name}.ts` }));
const cart = JSON.parse(
  readFileSync(new URL("events/shopping-cart.json", import.meta.url), "utf8"),
) as object;

/** An emulator, and a client that invokes its functions. */
async function deploy(names: readonly string[], chaos?: ChaosOptions) {
  const emulator = await startEmulator({
    functions: functions.filter(({ name }) => names.includes(name)),
    // The handlers reach the DynamoDB of this test, with credentials that it accepts.
    env: { AWS_ENDPOINT_URL_DYNAMODB: at.environment.network.endpoint },
    chaos,
  });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new LambdaClient({ endpoint: emulator.endpoint, region: "us-east-1", credentials });
  const invoke = async (FunctionName: string, event: unknown) => {
    const { Payload, ...rest } = await client.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
    );
    return { ...rest, result: JSON.parse(Payload?.transformToString() ?? "null") as unknown };
  };
  const stop = () => {
    client.destroy();
    return emulator.stop();
  };
  return { emulator, client, invoke, stop };
}

describe("every example handler", () => {
  let deployed: Awaited<ReturnType<typeof deploy>>;
  beforeAll(async () => {
    deployed = await deploy(FILES);
  });
  afterAll(() => deployed.stop());

  test.each([
    ["00-naive-counter", { value: 7 }, () => import("./00-naive-counter.ts")],
    ["01-durable-counter", { value: 7, values: [5, 3, 7, 7] }, () => import("./01-durable-counter.ts")],
    ["03-durable-on-dynamodb", { value: 7 }, () => import("./03-durable-on-dynamodb.ts")],
  ])("%s answers as it does in Lambda, and its history replays", async (name, expected, load) => {
    const { result, DurableExecutionArn } = await deployed.invoke(`${name}:$LATEST`, cart);
    expect(result).toMatchObject(expected);
    const history = await deployed.client.send(
      new GetDurableExecutionHistoryCommand({ DurableExecutionArn, MaxItems: 1_000 }),
    );
    const { handler } = await load();
    expect(await replayHistory(handler, history)).toMatchObject({ compatible: true });
  });

  test("02-stateless-dynamodb is a plain function", async () => {
    const { result, DurableExecutionArn } = await deployed.invoke("02-stateless-dynamodb", cart);
    expect(result).toMatchObject({ value: 7 });
    expect(DurableExecutionArn).toBeUndefined();
  });

  test("04-parallel-word-count runs its branches, and its history replays", async () => {
    const text = readFileSync(new URL("events/parallel-word-count.json", import.meta.url), "utf8");
    const event = { ...(JSON.parse(text) as object), chunkBytes: 65_536 };
    const { result, DurableExecutionArn } = await deployed.invoke("04-parallel-word-count:1", event);
    expect(result).toMatchObject({ failed: [], words: 38_315 });
    const request = { DurableExecutionArn, MaxItems: 1_000 };
    const events = [];
    for await (const page of paginateGetDurableExecutionHistory({ client: deployed.client }, request)) {
      events.push(...(page.Events ?? []));
    }
    const { handler } = await import("./04-parallel-word-count.ts");
    expect(await replayHistory(handler, events, { at: "end" })).toMatchObject({ compatible: true });
  });
});

test("executions count exactly while their processes are killed", async () => {
  const EXECUTIONS = 4;
  const chaos = { rate: 0.25, seed: Number(process.env["TEST_SEED"] ?? 1), maxKills: 6 };
  const { invoke, emulator, stop } = await deploy(["01-durable-counter", "03-durable-on-dynamodb"], chaos);
  try {
    const commands = [increment(1), increment(2), increment(4)];
    const run = (name: string, n: number) =>
      invoke(`${name}:1`, { counterId: "cart-7", commands, idempotencyKey: `order-${n}` });
    const numbers = Array.from({ length: EXECUTIONS }, (_, n) => n);
    const own = await Promise.all(numbers.map((n) => run("01-durable-counter", n)));
    const shared = await Promise.all(numbers.map((n) => run("03-durable-on-dynamodb", n)));
    expect(own.map(({ result }) => result)).toEqual(numbers.map(() => ({ value: 7, values: [1, 3, 7] })));
    for (const { FunctionError } of shared) expect(FunctionError).toBeUndefined();
    const { result } = await invoke("03-durable-on-dynamodb:1", {
      counterId: "cart-7",
      commands: [increment(0)],
    });
    expect(result).toMatchObject({ value: 7 * EXECUTIONS });
    expect(killsOf(emulator)).toBeGreaterThan(0);
  } finally {
    await stop();
  }
});

function killsOf({ lambda }: Emulator): number {
  return lambda.chaos?.kills ?? 0;
}
