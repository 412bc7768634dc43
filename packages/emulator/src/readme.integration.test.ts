import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { startEmulator } from "./index.ts";

test("the example of the README runs", async () => {
  const file = join(import.meta.dirname, "order.fixture.ts");
  const emulator = await startEmulator({ functions: [{ name: "order", file }] });
  const client = new LambdaClient({
    endpoint: emulator.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const { Payload } = await client.send(
    new InvokeCommand({ FunctionName: "order:$LATEST", Payload: '{"item":"cup"}' }),
  );
  expect(Payload?.transformToString()).toBe('"cup: 7"');
  await emulator.stop();
  client.destroy();
});
