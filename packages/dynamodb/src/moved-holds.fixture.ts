import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { get, type HoldRequest } from "@durable-counter/core";
import { moveToKeyItems } from "./move-keys.ts";
import { readItem } from "./read-item.ts";
import { createFullStore, type FullStore } from "./full-store.fixture.ts";
import { holds, type DynamoDBCounterStoreOptions } from "./index.ts";
import { createRequestContext } from "./request-context.ts";
import { itemAt, type CounterKey } from "./table-keys.ts";
import { parseStoreOptions, type CallConfig } from "./store-options.ts";
import { isKeyAttribute } from "./idempotency-key.ts";

/**
 * A store that moves every hold out of the counter's item as soon as it is placed, as a compaction does with many.
 *
 * @param hasList false removes the list of moved keys each time, as if it were too long. Later holds are then placed in items of their
 *   own at once
 */
export function createStoreWithMovedHolds(
  options: DynamoDBCounterStoreOptions,
  { hasList = true }: { hasList?: boolean } = {},
): FullStore {
  const store = createFullStore(options);
  const config = {
    ...parseStoreOptions({ ...options, capabilities: [holds] }),
    signal: new AbortController().signal,
  };
  return Object.assign(store, {
    hold: async (request: HoldRequest) => {
      const result = await createFullStore(options).hold(request);
      for (;;) {
        const context = createRequestContext(config, {
          id: request.id,
          commands: [get()],
          window: request.window,
        });
        const item = await readItem(config, context, { consistent: true });
        const keys = Object.entries(item).filter(([name]) => isKeyAttribute(name));
        if (keys.length === 0 || (await moveToKeyItems(context, item, keys))) {
          if (!hasList) await removeList(config, context);
          return result;
        }
      }
    },
  });
}

async function removeList(config: CallConfig, key: CounterKey): Promise<void> {
  const UpdateExpression = "REMOVE moved";
  await config.client.send(new UpdateItemCommand({ ...itemAt(config, key), UpdateExpression }));
}
