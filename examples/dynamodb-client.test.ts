import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { client, limits } from "./dynamodb-client.ts";

/** Seconds that a deployed function has. */
const FUNCTION_TIMEOUT = 60;

test("a server that does not answer costs a request less than a fifth of the function's time", async () => {
  const { connectionTimeout, requestTimeout, throwOnRequestTimeout } = limits.requestHandler;
  expect(throwOnRequestTimeout).toBe(true);
  const attempts = await client.config.maxAttempts();
  expect((attempts * (connectionTimeout + requestTimeout)) / 1_000).toBeLessThan(FUNCTION_TIMEOUT / 5);
});

test("every example uses that client", () => {
  const files = readdirSync(new URL(".", import.meta.url));
  const handlers = files.filter((name) => /^\d\d-.*(?<!\.test)\.ts$/u.test(name));
  expect(handlers.length).toBeGreaterThan(3);
  for (const name of handlers) {
    const source = readFileSync(new URL(name, import.meta.url), "utf8");
    expect(source).not.toContain("new DynamoDBClient");
  }
});
