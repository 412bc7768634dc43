import { table, text, type Block, type Figure } from "../report/block.ts";
import { dollars, significant, whole } from "../report/format.ts";

const MILLION = 1e6;
/** What is shown beside the measured number of kept keys. */
const RETENTION_SECONDS = 3_600;

interface MeasuredCost {
  readonly prices: { readonly writeUnit: number };
  readonly events: readonly { readonly way: string; readonly batch: number; readonly dollars: number }[];
  readonly keys: readonly {
    readonly strategy: string;
    readonly liveKeys: number;
    readonly writeUnits: number;
  }[];
}
type Point = readonly [x: number, y: number];
interface Line {
  readonly name: string;
  readonly points: readonly Point[];
}
interface Crossing {
  readonly x: number;
  readonly y: number;
  readonly before: string;
  readonly after: string;
}

/** Where one backend, or one strategy, becomes cheaper than another; calculated from what was measured. */
export function breakEven({ prices, events, keys }: MeasuredCost): readonly Block[] {
  const perEvent = new Map(events.map(({ way, batch, dollars }) => [`${way}/${batch}`, dollars]));
  const single = (perEvent.get("DynamoDB, a batch/1") ?? Number.NaN) * MILLION;
  const batches = [...new Set(events.map(({ batch }) => batch))];
  const batchLine = (way: string): Line => ({
    name: way,
    points: batches.map((batch) => [
      batch,
      ((perEvent.get(`${way}/${batch}`) ?? Number.NaN) / batch) * MILLION,
    ]),
  });
  const byBatch: readonly Line[] = [
    { name: "DynamoDB, a command an event", points: batches.map((batch) => [batch, single]) },
    batchLine("execution, a batch"),
    batchLine("DynamoDB, durable steps, a batch"),
  ];
  const byRate: readonly Line[] = [...Map.groupBy(keys, ({ strategy }) => strategy)].map(([name, own]) => ({
    name,
    points: own.map(({ liveKeys, writeUnits }) => [
      liveKeys / RETENTION_SECONDS,
      single + (writeUnits - 1) * prices.writeUnit * MILLION,
    ]),
  }));
  const [reference, ...others] = byBatch;
  const batchCrossings = others.flatMap((line) => (reference ? crossings(reference, line) : []));
  const rateCrossings = byRate.flatMap((line, index) =>
    byRate.slice(index + 1).flatMap((other) => crossings(line, other)),
  );
  const batchSaid = batchCrossings
    .map(({ x, after }) => `“${after}” from ${significant(x)} commands an event`)
    .join(", ");
  const rateSaid = rateCrossings
    .map(
      ({ x, before, after }) =>
        `“${after}” is cheaper than “${before}” from ${significant(x)} events a second`,
    )
    .join("; ");
  return [
    text(
      `**Break-even by batch.** A counter in DynamoDB without durable functions is the cheapest way for every batch. Batches in a durable execution become cheaper ` +
        `than single commands in DynamoDB: ${batchSaid || "never, in what was measured"}.`,
    ),
    figure(
      "cost-break-even-batch",
      `Dollars for a million commands against commands an event, and break-even: ${batchSaid}.`,
      {
        title: "Break-even: batches in an execution, and single commands in DynamoDB",
        x: "commands in an event",
        lines: byBatch,
        crossings: batchCrossings,
      },
    ),
    text(
      `**Break-even by rate.** The more often one counter is written, the more keys it keeps for an hour, and the more each write pays: ${rateSaid || "no strategy becomes cheaper than another, in what was measured"}.`,
    ),
    figure(
      "cost-break-even-rate",
      `Dollars for a million commands against events a second of one counter, and break-even: ${rateSaid}.`,
      {
        title: "Break-even: strategies for idempotency keys that are kept for an hour",
        x: "events a second of one counter",
        lines: byRate,
        crossings: rateCrossings,
      },
    ),
    text(
      "What many counters gain: one event a second over all of them, keys kept for an hour. The events of one counter share its item, so more counters keep fewer keys each.",
    ),
    table(
      ["counters", "keys kept by each", ...byRate.map(({ name }) => name)],
      [...new Set(keys.map(({ liveKeys }) => liveKeys))]
        .toSorted((a, b) => b - a)
        .map((liveKeys) => [
          whole(RETENTION_SECONDS / liveKeys),
          whole(liveKeys),
          ...byRate.map(({ points }) =>
            dollars(points.find(([x]) => x === liveKeys / RETENTION_SECONDS)?.[1] ?? Number.NaN),
          ),
        ]),
    ),
  ];
}

/** Where two lines cross; between two measured points, both are straight on logarithmic axes. */
function crossings(first: Line, second: Line): readonly Crossing[] {
  const found: Crossing[] = [];
  const gaps = first.points.flatMap(([x, y]) => {
    const other = second.points.find(([otherX]) => otherX === x);
    return other === undefined ? [] : [{ x, y, gap: Math.log(y) - Math.log(other[1]) }];
  });
  for (const [index, here] of gaps.entries()) {
    const last = gaps[index - 1];
    if (last === undefined || last.gap * here.gap >= 0) continue;
    const part = last.gap / (last.gap - here.gap);
    const between = (a: number, b: number) => Math.exp(Math.log(a) + part * (Math.log(b) - Math.log(a)));
    const isSecondCheaper = here.gap > 0;
    found.push({
      x: between(last.x, here.x),
      y: between(last.y, here.y),
      before: isSecondCheaper ? first.name : second.name,
      after: isSecondCheaper ? second.name : first.name,
    });
  }
  return found;
}

function figure(
  name: string,
  alt: string,
  drawn: { title: string; x: string; lines: readonly Line[]; crossings: readonly Crossing[] },
): Figure {
  const marks = drawn.crossings.map(({ x, y }): Point => [x, y]);
  return {
    kind: "figure",
    name,
    alt,
    chart: {
      type: "line",
      title: drawn.title,
      x: { name: drawn.x, scale: "logarithmic" },
      y: { name: "dollars for a million commands", scale: "logarithmic" },
      series: [
        ...drawn.lines,
        ...(marks.length > 0 ? [{ name: "break-even", points: marks, isMarks: true }] : []),
      ],
    },
  };
}
