import { expect, test } from "vitest";
import { localClient } from "../local-client.ts";
import { startEngine } from "./adding-engine.fixture.ts";
import { addOne, valueOf } from "./adding.fixture.ts";
import { startFaultyNetwork } from "./faulty-network.ts";

test("the SDK's own retries count a plain ADD twice, without an error", async () => {
  await using db = await startEngine();
  await using network = await startFaultyNetwork(db.endpoint, { seed: 1, faults: { "reset-after": 0.1 } });
  const client = localClient(network.endpoint);
  let refused = 0;
  for (let added = 1; added <= 100; added++) await addOne(client, "naive").catch(() => (refused += 1));
  client.destroy();
  expect(refused).toBe(0);
  const twice = network.faults["reset-after"];
  expect(twice).toBeGreaterThan(0);
  expect(await valueOf(db.client, "naive")).toBe(100 + twice);
});
