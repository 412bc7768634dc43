/** A handler of `examples/` and what it needs where it is deployed. */
export interface DeployedHandler {
  /** Names the function within the stack, and its output. */
  readonly id: string;
  /** Its file in `examples/`; `pnpm run invoke` knows it by how this begins. */
  readonly file: string;
  /** Whether it is a durable function. That can only be switched on when a function is created. */
  readonly isDurable: boolean;
  /** Whether it counts in the table. */
  readonly usesTable: boolean;
  /** A folder beside it that it reads where it runs. */
  readonly folder?: string;
}

/** What is deployed: a line each. */
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
