import { increment } from "@durable-counter/core";
import { simulate } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { useEnvironment } from "./environment.fixture.ts";

const at = useEnvironment();

describe("the naive counter", () => {
  const payload = { counterId: "cart-7", commands: [increment(5), increment(2)] };
  const run = async () => simulate((await import("./00-naive-counter.ts")).handler, { payload });

  test("is right as long as nothing goes wrong", async () => {
    expect(await run()).toMatchObject({ status: "SUCCEEDED", result: { value: 7 } });
  });

  test("counts twice when a reply is lost", async () => {
    at.environment.network.loseReply("UpdateItem");
    expect(await run()).toMatchObject({ status: "SUCCEEDED", result: { value: 12 } });
  });
});
