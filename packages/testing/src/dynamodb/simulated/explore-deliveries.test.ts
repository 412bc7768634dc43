import { ConditionalCheckFailedException, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { addOne, createCounterTable, valueOf } from "../network/adding.fixture.ts";
import { exploreDeliveries, type DeliveryContext } from "./explore-deliveries.ts";

/** Two processes that each add one, and send again what was reset. */
const adders = async ({ db, run }: DeliveryContext) => {
  await createCounterTable(db.client());
  const add = () => addOne(db.client({ maxAttempts: 2 }), "a");
  await run([add, add]);
  const value = await valueOf(db.client(), "a");
  if (value !== 2) throw new Error(`${value} instead of 2`);
};

describe("exploreDeliveries", () => {
  test("runs every order of messages that nothing happens to", async () => {
    const orders = new Set<string>();
    const { schedules, exhaustive, failures } = await exploreDeliveries(
      async ({ db, run }) => {
        await createCounterTable(db.client());
        const order: number[] = [];
        const add = (name: number) => async () => {
          for (let n = 0; n < 2; n++) {
            await addOne(db.client(), "a");
            order.push(name);
          }
        };
        await run([add(1), add(2)]);
        orders.add(order.join(""));
      },
      { maxFaults: 0 },
    );
    expect({ schedules, exhaustive, failures }).toEqual({ schedules: 6, exhaustive: true, failures: [] });
    expect(orders).toEqual(new Set(["1122", "1212", "1221", "2112", "2121", "2211"]));
  });

  test("finds that an addition that is sent again may count twice, however it came to it", async () => {
    const { exhaustive, failures } = await exploreDeliveries(adders);
    expect(exhaustive).toBe(true);
    const [failure] = failures;
    expect(failures.map(({ error }) => String(error))).toEqual(["Error: 3 instead of 2"]);
    const again = await exploreDeliveries(adders, { schedule: failure?.schedule });
    expect(again.failures).toEqual(failures);
    expect(again.schedules).toBe(1);
    expect(failure?.steps.join("\n")).toMatch(/Request \d+, UpdateItem, (is|arrives)/);
  });

  test("tries every fate of a message", async () => {
    const seen = new Set<string>();
    await exploreDeliveries(async ({ db, run }) => {
      await createCounterTable(db.client());
      let told = "";
      await run([
        async () => {
          told = await addOne(db.client({ maxAttempts: 1 }), "a").then(
            String,
            (error: Error) => error.message,
          );
        },
      ]);
      seen.add(`${told}, ${await valueOf(db.client(), "a")}`);
    });
    expect(seen).toEqual(new Set(["1, 1", "1, 2", "read ECONNRESET, 1", "read ECONNRESET, 0"]));
  });

  test("finds nothing in a write that is conditional on its own absence", async () => {
    const { exhaustive, failures, schedules } = await exploreDeliveries(
      async ({ db, run }) => {
        await createCounterTable(db.client());
        const puts = new Map<string, number>();
        const put = (name: string) => async () => {
          const Item = { id: { S: "a" }, by: { S: name } };
          const input = { TableName: "counters", Item, ConditionExpression: "attribute_not_exists(id)" };
          await db
            .client({ maxAttempts: 1 })
            .send(new PutItemCommand(input))
            .then(() => puts.set(name, 1))
            .catch((error: unknown) => {
              if (error instanceof ConditionalCheckFailedException) puts.set(name, 0);
            });
        };
        await run([put("x"), put("y")]);
        if ((puts.get("x") ?? 0) + (puts.get("y") ?? 0) > 1)
          throw new Error("Both were told that they were first.");
      },
      { maxFaults: 2 },
    );
    expect({ exhaustive, failures }).toEqual({ exhaustive: true, failures: [] });
    expect(schedules).toBeGreaterThan(50);
  });

  test("stops at its limit, and says that there are more", async () => {
    const { schedules, exhaustive } = await exploreDeliveries(adders, { maxSchedules: 3 });
    expect({ schedules, exhaustive }).toEqual({ schedules: 3, exhaustive: false });
  });
});
