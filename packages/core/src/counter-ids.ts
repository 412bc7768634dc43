import * as z from "zod/mini";
import { withRemedy } from "./parse.ts";
import { CounterId } from "./request.ts";

/** Schema of the ids of several counters: an array of any length. */
export const CounterIds = z.array(CounterId, withRemedy("pass an array of ids"));
