/** What the recommendation rests on, all measured. */
export interface ChoiceFigures {
  readonly events: readonly { readonly way: string; readonly batch: number; readonly dollars: number }[];
  readonly keys: readonly {
    readonly strategy: string;
    readonly liveKeys: number;
    readonly writeUnits: number;
  }[];
  readonly writeUnitPrice: number;
}

export interface ChoiceQuestion {
  /** Commands per second. */
  readonly rate: number;
  /** Commands in an event. */
  readonly batch: number;
  /** For how many seconds a repetition must be recognised. */
  readonly window: number;
  readonly limits: boolean;
  /** Whether several executions or callers share the value. */
  readonly shared: boolean;
  /** Whether the work around the counter waits, or has several steps that must survive a crash. */
  readonly durable: boolean;
}

/**
 * Recommends a backend and a strategy. The report's page runs this same function, so it may use nothing from outside.
 *
 * @returns the lines of the recommendation and its calculation
 */
export function choose(question: ChoiceQuestion, figures: ChoiceFigures): string[] {
  const { rate, batch, window, limits, shared, durable } = question;
  const between = (points: [number, number][], x: number): number => {
    const sorted = points.toSorted((a, b) => a[0] - b[0]);
    const [first, last] = [sorted[0], sorted[sorted.length - 1]];
    if (first === undefined || last === undefined) return Number.NaN;
    if (x <= first[0]) return first[1];
    for (const [index, [x2, y2]] of sorted.entries()) {
      const [x1, y1] = sorted[index - 1] ?? [x2, y2];
      if (x <= x2) return x2 === x1 ? y2 : y1 + ((y2 - y1) * (x - x1)) / (x2 - x1);
    }
    return last[1]; // nothing was measured beyond it
  };
  const short = (value: number) =>
    value >= 1000 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
  const money = (dollars: number) =>
    `$${dollars >= 100 ? dollars.toFixed(0) : Number(dollars.toPrecision(3))}`;
  const events = rate / batch;
  const liveKeys = Math.max(1, events * window);
  const inExecution = durable && !shared;
  let way = "DynamoDB, a batch";
  if (durable) way = shared ? "DynamoDB, durable steps, a batch" : "execution, a batch";
  const lines: string[] = [];
  let perEvent = between(
    figures.events.filter((row) => row.way === way).map((row) => [row.batch, row.dollars]),
    batch,
  );
  lines.push(`Backend: ${way}.`);
  lines.push(`  ${short(events)} events a second = ${rate} commands a second / ${batch} commands an event`);
  lines.push(`  ${money(perEvent * 1e6)} for a million events, measured with one kept key`);
  if (!inExecution) {
    const strategies = [...new Set(figures.keys.map(({ strategy }) => strategy))].map((strategy) => {
      const rows = figures.keys.filter((row) => row.strategy === strategy);
      return {
        strategy,
        units: between(
          rows.map((row) => [row.liveKeys, row.writeUnits]),
          liveKeys,
        ),
      };
    });
    const [best] = strategies.toSorted((a, b) => a.units - b.units);
    const measuredUpTo = Math.max(...figures.keys.map((row) => row.liveKeys));
    if (best !== undefined) {
      // Auto is the default: another strategy must be worth naming it.
      const auto = strategies.find(({ strategy }) => strategy === "auto") ?? best;
      const chosen = auto.units <= best.units * 1.1 ? auto : best;
      const extra = (chosen.units - 1) * figures.writeUnitPrice;
      perEvent += Math.max(0, extra);
      lines.push(`Strategy: "${chosen.strategy}".`);
      lines.push(`  ${short(liveKeys)} keys are kept = ${short(events)} events a second × ${window} s`);
      for (const { strategy, units } of strategies)
        lines.push(`  ${strategy}: ${short(units)} write units a write`);
      if (liveKeys > measuredUpTo) lines.push(`  (measured up to ${measuredUpTo} kept keys)`);
      const unitsPerSecond = events * chosen.units;
      if (unitsPerSecond > 1000) {
        lines.push(
          `Warning: ${short(unitsPerSecond)} write units a second, if they are of one counter, exceed the 1,000 that DynamoDB gives an item.`,
        );
        lines.push(
          limits
            ? "  A counter with limits cannot be sharded: send larger batches, or use several counters."
            : `  Spread it: shards: ${Math.ceil((unitsPerSecond / 1000) * 1.5)}.`,
        );
      }
    }
  }
  if (durable && events > 300) {
    lines.push("Warning: a Region starts 300 durable executions a second at most; send larger batches.");
  }
  lines.push(`Price: ${money((perEvent / batch) * 1e6)} for a million commands,`);
  lines.push(`  ${money(perEvent * events * 2_592_000)} for a month of 30 days at this rate.`);
  return lines;
}
