/** A handler of `examples/` and what it needs when it is deployed. */
export interface DeployedHandler {
  /** Names the function within the stack, and its output. */
  readonly id: string;
  /** Its file in `examples/`; `pnpm run invoke` takes the beginning of this name. */
  readonly file: string;
  /** Whether it is a durable function. Only a new function can become durable. */
  readonly isDurable: boolean;
  /** Whether it uses the table. */
  readonly usesTable: boolean;
  /** A folder beside it that it reads at run time. */
  readonly folder?: string;
}

/** The deployed handlers, one per line. */
export const handlers: readonly DeployedHandler[] = [
  { id: "DurableCounter", file: "01-durable-counter.ts", isDurable: true, usesTable: false },
  { id: "StatelessOnTable", file: "02-stateless-dynamodb.ts", isDurable: false, usesTable: true },
  { id: "DurableOnTable", file: "03-durable-on-dynamodb.ts", isDurable: true, usesTable: true },
  {
    id: "ParallelWordCount",
    file: "04-parallel-word-count.ts",
    isDurable: true,
    usesTable: true,
    folder: "word-count/texts",
  },
];
