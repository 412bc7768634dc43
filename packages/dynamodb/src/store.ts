import { DeleteItemCommand, paginateScan, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  applyBatch,
  ApplyRequest,
  CounterId,
  CounterOptions,
  instead,
  parse,
  type CounterStore,
} from "@durable-counter/core";
import { z } from "zod";
import { countOnce } from "./count-once.ts";
import { itemKey, readItem, valueOf, type CounterKey } from "./counter-item.ts";
import { attributes, VALUE_PART } from "./table.ts";
import { translateError } from "./translate-error.ts";

export interface DynamoDBCounterStoreOptions extends CounterOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** How long a token is remembered, in whole seconds from 60; by default 3,600. */
  readonly dedupe?: { readonly windowSeconds: number } | undefined;
  /** The time in milliseconds since 1970; by default the system's clock. */
  readonly now?: (() => number) | undefined;
}

const YEAR_SECONDS = 31_536_000;

const Options = z.strictObject(
  {
    client: z.custom<DynamoDBClient>(
      (client) => typeof (client as Partial<DynamoDBClient> | undefined)?.send === "function",
      instead("pass a DynamoDBClient"),
    ),
    tableName: z
      .string(instead("pass the table's name or ARN"))
      .min(3, instead("pass the table's name or ARN")),
    dedupe: z
      .strictObject(
        {
          windowSeconds: z.custom<number>(
            (seconds) =>
              Number.isInteger(seconds) && Number(seconds) >= 60 && Number(seconds) <= YEAR_SECONDS,
            instead("pass whole seconds from 60 to a year"),
          ),
        },
        instead('pass only "windowSeconds"'),
      )
      .default({ windowSeconds: 3_600 }),
    now: z
      .custom<() => number>((now) => typeof now === "function", instead("pass a function"))
      .default(() => Date.now),
    limits: z.unknown().optional(),
    initial: z.unknown().optional(),
  },
  instead('pass only "client", "tableName", "dedupe", "now", "limits" and "initial"'),
);

/**
 * Counters in DynamoDB: one conditional UpdateItem per batch, whatever its length, exactly once per token. Limits and
 * the initial value given here hold where a request brings none.
 *
 * @throws CounterError `invalid-command` for options that cannot be
 */
export function createDynamoDBCounterStore(options: DynamoDBCounterStoreOptions): CounterStore {
  const { client, tableName, dedupe, now, limits, initial } = parse(Options, options, "options");
  const defaults = parse(CounterOptions, { limits, initial }, "options");
  const keyOf = (id: string): CounterKey => ({ client, tableName, id: parse(CounterId, id, "id") });

  return {
    apply: async (input) => {
      const { id, commands, token, ...own } = parse(ApplyRequest, input, "request");
      const limits = own.limits ?? defaults.limits;
      const initial = own.initial ?? defaults.initial ?? 0;
      const key: CounterKey = { client, tableName, id };
      if (token === undefined && commands.every(({ type }) => type === "get")) {
        const item = await readItem(key, { consistent: true, only: attributes.value });
        return { ...applyBatch(valueOf(item, key) ?? initial, commands, limits, id), replayed: false };
      }
      return countOnce(key, {
        commands,
        token,
        limits,
        initial,
        now,
        windowSeconds: dedupe.windowSeconds,
      });
    },

    get: async (id, { consistent = false } = {}) => {
      const key = keyOf(id);
      return (
        valueOf(await readItem(key, { consistent, only: attributes.value }), key) ?? defaults.initial ?? 0
      );
    },

    delete: async (id) => {
      const { id: counterId } = keyOf(id);
      try {
        await client.send(new DeleteItemCommand({ TableName: tableName, Key: itemKey(counterId) }));
      } catch (error) {
        throw translateError(error, { tableName, counterId, wrote: true });
      }
    },

    list: () => list(client, tableName),
  };
}

async function* list(
  client: DynamoDBClient,
  tableName: string,
): AsyncGenerator<{ id: string; value: number }> {
  const pages = paginateScan(
    { client },
    {
      TableName: tableName,
      FilterExpression: "#part = :value",
      ProjectionExpression: "#id, #value",
      ExpressionAttributeNames: {
        "#id": attributes.id,
        "#part": attributes.part,
        "#value": attributes.value,
      },
      ExpressionAttributeValues: { ":value": { S: VALUE_PART } },
    },
  );
  try {
    for await (const { Items: items = [] } of pages) {
      for (const item of items) {
        const id = item[attributes.id]?.S ?? "";
        const value = valueOf(item, { tableName, id });
        if (value !== undefined) yield { id, value };
      }
    }
  } catch (error) {
    throw translateError(error, { tableName, wrote: false });
  }
}
