import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { FakeContext } from "@durable-counter/testing";
import { awsRunner } from "../contenders/aws-runner.ts";
import { floor } from "../contenders/floor.ts";
import { simulation } from "../contenders/simulation.ts";
import { steps } from "../contenders/steps.ts";
import type { Bench, Contender } from "../measure/bench.ts";
import { compare } from "../measure/comparison.ts";
import { digits, duration } from "../measure/figures.ts";
import type { Row } from "../measure/report.ts";
import { median } from "../measure/statistics.ts";

const STEPS = { full: [10, 30, 100, 300, 1_000, 3_000], quick: [10, 100] };
const MAX_ROUNDS = 7;
const ONCE = { rounds: 1, warmUps: 0, turnMs: 0 };

export const growth: Bench = {
  title: "How the cost of a run grows with its steps",
  contenders: Object.fromEntries(STEPS.full.flatMap(contendersOf)),
  measure: async (runner) => {
    const { effort } = runner;
    const rows: Row[] = [];
    for (const count of effort.isConclusive ? STEPS.full : STEPS.quick) {
      const [bare = [], simulated = [], fake = []] = await runner.rounds(
        [`floor ${count}`, `simulate ${count}`, `FakeContext ${count}`],
        { ...effort, rounds: Math.min(effort.rounds, MAX_ROUNDS), warmUps: 2 },
      );
      const [[aws = NaN] = []] = await runner.rounds([`AWS's runner ${count}`], { ...effort, ...ONCE });
      runner.stop(); // two dozen processes at once would disturb each other
      rows.push({
        cells: [
          digits(count),
          ...[bare, simulated, fake].flatMap((means) => [
            duration(median(means)),
            duration(median(means) / count),
          ]),
          `${digits(compare(simulated, bare).ratio)}×`,
          duration(aws),
        ],
      });
    }
    return {
      head: [
        "steps",
        ...["floor", "simulate", "FakeContext"].flatMap((name) => [name, "a step"]),
        "simulate to floor",
        "AWS's runner, once",
      ],
      rows,
    };
  },
};

function contendersOf(count: number): [string, Contender][] {
  const logic = steps(count);
  const handler = withDurableExecution(logic);
  return [
    [`floor ${count}`, floor(handler)],
    [`simulate ${count}`, simulation(handler)],
    [`FakeContext ${count}`, { run: () => logic({}, new FakeContext()) }],
    [`AWS's runner ${count}`, awsRunner(handler)],
  ];
}
