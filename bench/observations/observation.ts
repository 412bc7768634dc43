import type { z } from "zod";
import type { Block } from "./report/block.ts";

/** How much is measured: enough to show that everything runs, or enough to publish. */
export type Effort = "quick" | "full";

/** One question, how it is measured, and how its answer is shown. */
interface ObservationOptions<Data> {
  /** The name of its file and on the command line. */
  readonly name: string;
  readonly title: string;
  /** What the raw data are. A report without them, or with others, is not written. */
  readonly schema: z.ZodType<Data>;
  readonly measure: (effort: Effort, seed: number) => Promise<Data>;
  /** Tables, figures and sentences; all numbers are from the data. */
  readonly describe: (data: Data) => readonly Block[];
  /** What contradicts a guarantee of this repository, in words. Without it, the observation tests none. */
  readonly violations?: (data: Data) => readonly string[];
}

/** An observation whose data come from a file. */
export interface Observation<Data = unknown> {
  readonly name: string;
  readonly title: string;
  readonly measure: (effort: Effort, seed: number) => Promise<Data>;
  /** @throws ZodError for data that are missing or different */
  readonly read: (raw: unknown) => Data;
  /** @throws ZodError for data that are missing or different */
  readonly describe: (raw: unknown) => readonly Block[];
  /** @throws ZodError for data that are missing or different */
  readonly violations: (raw: unknown) => readonly string[];
}

export function defineObservation<Data>(options: ObservationOptions<Data>): Observation<Data> {
  const { name, title, schema, measure, describe, violations = () => [] } = options;
  const read = (raw: unknown) => schema.parse(raw);
  return {
    name,
    title,
    measure,
    read,
    describe: (raw) => describe(read(raw)),
    violations: (raw) => violations(read(raw)),
  };
}
