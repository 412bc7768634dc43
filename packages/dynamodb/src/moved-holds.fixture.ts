import { get, type HoldRequest } from "@durable-counter/core";
import { moveToKeyItems } from "./compaction.ts";
import { readItem } from "./counter-item.ts";
import { createFullStore, type FullStore } from "./full-store.fixture.ts";
import { holds, type DynamoDBCounterStoreOptions } from "./index.ts";
import { createRequestContext } from "./request-context.ts";
import { parseStoreOptions } from "./store-options.ts";
import { isKeyAttribute } from "./idempotency-key.ts";

/** A store that moves every hold out of the counter's item as soon as it is placed, as a compaction does with many. */
export function createStoreWithMovedHolds(options: DynamoDBCounterStoreOptions): FullStore {
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
        if (keys.length === 0 || (await moveToKeyItems(context, item, keys))) return result;
      }
    },
  });
}
