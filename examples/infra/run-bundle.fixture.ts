/** Runs a deployed bundle as Lambda would: `run-bundle.fixture.ts BUNDLE EVENT [durable]`. */
import { pathToFileURL } from "node:url";
import { simulate } from "@durable-counter/testing";

const [bundle = "", event = "", durable] = process.argv.slice(2);
const { handler } = (await import(pathToFileURL(bundle).href)) as { handler: unknown }; // a handler exports itself as `handler`
const payload: unknown = JSON.parse(event);
const answer = durable
  ? await simulate(handler as Parameters<typeof simulate>[0], { payload, executionName: "order-1" })
  : await (handler as (event: unknown) => Promise<unknown>)(payload).catch((error: Error) => ({
      name: error.name,
      message: error.message,
    }));
process.send?.(answer);
process.disconnect?.();
