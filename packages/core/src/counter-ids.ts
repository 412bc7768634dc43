import { arrayParser } from "./parser.ts";
import { counterIdParser } from "./request-fields.ts";
import { zodSchema } from "./zod-schema.ts";

/** Parser of the ids of several counters: an array of any length. */
export const counterIdsParser = /* @__PURE__ */ arrayParser(
  counterIdParser,
  [0, Infinity],
  "pass an array of ids",
);

/** zod schema of the ids of several counters: an array of any length. */
export const CounterIds = /* @__PURE__ */ zodSchema(counterIdsParser);
