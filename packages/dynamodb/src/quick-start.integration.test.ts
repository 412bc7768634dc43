import { startDynamoDB } from "@durable-counter/testing/dynamodb";
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("the example of the README prints a count, and the same count for the retry", async () => {
  const { endpoint, stop } = await startDynamoDB({ engine: "dynalite" });
  const print = vi.spyOn(console, "log").mockReturnValue(undefined);
  vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
  vi.stubEnv("AWS_REGION", "local");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  try {
    await import("./quick-start.fixture.ts");
    expect(print.mock.calls).toEqual([[3, 3, true]]);
  } finally {
    await stop();
  }
});
