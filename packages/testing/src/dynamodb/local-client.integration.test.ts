import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localClient } from "./local-client.ts";

describe("localClient", () => {
  let silent: Server;
  let endpoint: string;

  beforeAll(async () => {
    silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    // A server on TCP has no other kind of address.
    endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  });
  afterAll(() => void silent.close());

  test.each([1, 2])(
    "a request that nobody answers fails after its time, tried %i times",
    async (maxAttempts) => {
      const client = localClient(endpoint, { requestTimeout: 50, maxAttempts });
      await expect(client.send(new ListTablesCommand())).rejects.toMatchObject({
        name: "TimeoutError",
        $metadata: { attempts: maxAttempts },
      });
      client.destroy();
    },
  );

  test("leaves to the SDK what is not given", async () => {
    const client = localClient(endpoint, { requestTimeout: undefined });
    expect(await client.config.maxAttempts()).toBeGreaterThan(1);
    client.destroy();
  });

  test.each([
    [
      { requestTimeout: 0 },
      "requestTimeout is 0; pass whole milliseconds from 1, or nothing to wait for ever.",
    ],
    [{ maxAttempts: 0.5 }, "maxAttempts is 0.5; pass a whole number from 1, or nothing for the SDK's own."],
  ])("refuses %j", (options, message) => {
    expect(() => localClient(endpoint, options)).toThrow(new TypeError(message));
  });
});
