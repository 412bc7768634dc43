/** What `pnpm verify` runs, in this order: the arguments of pnpm. */
export function verifySteps(seed: string): readonly (readonly string[])[] {
  return [
    ["demo"],
    ["test", "--coverage"],
    // Every package's own test script finds its tests. Each test has run above, and no test has an empty name.
    ["--recursive", "test", "--project", "unit", "--testNamePattern", "^$"],
    ["test:versions"],
    ["test:consumers"],
    ["bench", "--quick"],
    ["soak", "--kills", "50", "--executions", "15", "--seed", seed],
    // Somewhere else: the committed report is of a full run, and a unit test compares it with its data.
    ["observe", "--quick", "--fresh", "--out", "node_modules/.cache/durable-counter/observations"],
    ["check"],
    ["check:site"],
  ];
}

/** Commands that a reader runs at the root, and that verification runs: as they are, or within a longer one. */
export const VERIFIED_COMMANDS: ReadonlySet<string> = new Set([
  ...verifySteps("0").map((step) => ["pnpm", ...step].join(" ")),
  "pnpm verify",
  "pnpm test", // verification adds a report
  "pnpm test:unit", // a part of pnpm test
]);
