import { startDynamoDB } from "@durable-counter/testing/dynamodb";
import { expect, onTestFinished, test, vi } from "vitest";

test("the example of the READMEs prints a count, and the same count for the retry", async () => {
  const db = await startDynamoDB({ engine: "dynalite" });
  onTestFinished(() => db.stop());
  const print = vi.spyOn(console, "log").mockReturnValue(undefined);
  onTestFinished(() => print.mockRestore());
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", db.endpoint);
  vi.stubEnv("AWS_REGION", "local");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  onTestFinished(() => void vi.unstubAllEnvs());
  await import("./first-count.ts");
  expect(print.mock.calls).toEqual([[3, 3, true]]);
});
