import type { Block } from "./report/block.ts";
import { table, text } from "./report/block.ts";
import { dollars, percent, whole } from "./report/format.ts";
import { cost } from "./topics/cost.ts";
import { errorOf, failure } from "./topics/failure.ts";

const MILLION = 1e6;
const BACKENDS = [
  { name: "execution", way: "execution, a batch", use: "counts of one workflow" },
  {
    name: "DynamoDB",
    way: "DynamoDB, a batch",
    use: "quotas, stock, sequence numbers",
  },
  {
    name: "DynamoDB, durable steps",
    way: "DynamoDB, durable steps, a batch",
    use: "the same, in workflows",
  },
] as const;

/**
 * The answers, for a reader who reads no further.
 *
 * @param data of the observations, by name
 * @throws Error for data that are missing
 */
export function summarize(data: Readonly<Record<string, unknown>>): readonly Block[] {
  const { events, prices } = cost.read(data[cost.name]);
  const failures = failure.read(data[failure.name]);
  const worst = Math.max(...failures.map(({ rate }) => rate));
  const largest = Math.max(...events.filter(({ batch }) => batch <= 100).map(({ batch }) => batch));
  const price = (way: string, batch: number) => {
    const row = events.find((event) => event.way === way && event.batch === batch);
    if (row === undefined) throw new Error(`The cost of "${way}" with ${batch} commands was not measured.`);
    return dollars((row.dollars / batch) * MILLION);
  };
  const error = (name: string) => {
    const row = failures.find(({ way, rate }) => way === name && rate === worst);
    if (row === undefined) throw new Error(`The counting error of "${name}" was not measured.`);
    return percent(errorOf(row));
  };
  const ours = failures.filter(({ isOurs }) => isOurs);
  const sum = (of: (row: (typeof ours)[number]) => number) => ours.reduce((total, row) => total + of(row), 0);
  return [
    table(
      [
        "Backend",
        "$ / million commands",
        `batches of ${largest}`,
        `wrong at ${percent(worst)} faults`,
        "Use it for",
      ],
      [
        ...BACKENDS.map(({ name, way, use }) => [
          `**${name}**`,
          price(way, 1),
          price(way, largest),
          error(name),
          use,
        ]),
        ["plain `ADD`", "–", "–", error("plain ADD"), "comparison only"],
      ],
    ),
    text(
      `**A quota** belongs in DynamoDB. **When a process dies**, the next one goes on: ${whole(sum(({ deaths }) => deaths))} processes died while ` +
        `the backends counted ${whole(sum(({ commands }) => commands))} commands behind a faulty network, and ` +
        `${whole(sum(({ over, under }) => over + under))} commands counted wrongly. **An actor?** Only with a table and a queue: ` +
        `[point by point](#actor). Prices: ${prices.region}, ${prices.date}. ` +
        "[Choose for your own numbers](#choose).",
    ),
  ];
}
