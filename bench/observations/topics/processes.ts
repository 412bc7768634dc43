import { startDynamoDB } from "@durable-counter/testing/dynamodb";
import { z } from "zod";
import { countInProcesses } from "../emulated/count-in-processes.ts";
import { prepareTables } from "../emulated/prepare-tables.ts";
import { countUnderFaults } from "../measure/count-under-faults.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { percent, significant, whole } from "../report/format.ts";
import { powertoolsAroundAdd } from "../subjects/powertools-around-add.ts";
import { subjects, type NamedSubject } from "../subjects/subjects.ts";

const RATES: Record<Effort, readonly number[]> = { quick: [0.4], full: [0, 0.1, 0.2, 0.3, 0.4] };
const COMMANDS: Record<Effort, number> = { quick: 10, full: 100 };

const Counts = z.strictObject({
  commands: z.int(),
  over: z.int(),
  under: z.int(),
  unknown: z.int(),
  requests: z.int(),
  deaths: z.int(),
});
const Row = z.strictObject({
  way: z.string(),
  isOurs: z.boolean(),
  rate: z.number(),
  emulated: Counts,
  /** The same counts on the simulation; absent for a way that needs the real time. */
  simulated: Counts.optional(),
});
type Row = z.infer<typeof Row>;
const Data = z.strictObject({ engine: z.enum(["dynalite", "dynamodb-local"]), rows: z.array(Row).min(1) });

const POWERTOOLS: NamedSubject = {
  name: "Powertools around the ADD",
  functionName: "inPowertools",
  source: "powertools-around-add.ts",
  isOurs: false,
  subject: powertoolsAroundAdd,
};

const errorOf = ({ over, under, commands }: Row["emulated"]) => (over + under) / commands;

export const processes = defineObservation({
  name: "processes",
  title: "Real processes: the same counts with processes that are killed, over HTTP",
  schema: Data,
  measure: async (effort, seed) => {
    await using db = await startDynamoDB();
    await prepareTables(db.endpoint);
    const rows: Row[] = [];
    const commands = COMMANDS[effort];
    const ways = [...subjects, POWERTOOLS].filter(
      ({ functionName }) => db.engine !== "dynalite" || functionName !== "withMarker", // it has no transactions
    );
    for (const rate of RATES[effort]) {
      const emulated = await countInProcesses(ways, { rate, commands, seed }, db);
      for (const { name: way, isOurs, subject } of ways) {
        const counts = emulated.get(way);
        if (counts === undefined) throw new Error(`"${way}" was not measured.`);
        const simulated =
          subject === powertoolsAroundAdd
            ? {}
            : { simulated: await countUnderFaults(subject, { rate, commands, seed }) };
        rows.push({ way, isOurs, rate, emulated: counts, ...simulated });
      }
    }
    return { engine: db.engine, rows };
  },
  violations: ({ rows }) =>
    rows
      .filter(({ isOurs, emulated }) => isOurs && errorOf(emulated) > 0)
      .map(
        ({ way, rate, emulated: { over, under } }) =>
          `"${way}" counted ${over} twice and lost ${under} at ${percent(rate)} faults.`,
      ),
  describe: ({ engine, rows }) => {
    const highest = Math.max(...rows.map(({ rate }) => rate));
    const worst = rows.filter(({ rate }) => rate === highest);
    const ours = rows.filter(({ isOurs }) => isOurs);
    const sum = (of: (counts: Row["emulated"]) => number) =>
      ours.reduce((total, { emulated }) => total + of(emulated), 0);
    const both = [...Map.groupBy(rows, ({ way }) => way).values()].filter((own) =>
      own.every(({ simulated }) => simulated !== undefined),
    );
    const isWrong = (own: readonly Row[], of: "emulated" | "simulated") =>
      own.some((row) => errorOf(row[of] ?? row.emulated) > 0);
    const agreeing = both.filter((own) => isWrong(own, "emulated") === isWrong(own, "simulated"));
    const furthest = Math.max(
      ...rows.map(({ emulated, simulated }) => Math.abs(errorOf(emulated) - errorOf(simulated ?? emulated))),
    );
    const said = worst
      .map(
        ({ way, emulated, simulated }) =>
          `${way} ${percent(errorOf(emulated))}${simulated === undefined ? "" : ` (simulated ${percent(errorOf(simulated))})`}`,
      )
      .join(", ");
    return [
      text(
        `The emulator runs each function in processes of its own behind Lambda's HTTP API, in front of ${engine === "dynalite" ? "dynalite" : "DynamoDB Local"} ` +
          `behind \`startFaultyNetwork\`; the processes die by SIGKILL. The three backends counted **${whole(sum(({ over, under }) => over + under))} of ` +
          `${whole(sum(({ commands }) => commands))} commands wrongly**, while ${whole(sum(({ deaths }) => deaths))} processes died. Emulator and simulation agree on ` +
          `${agreeing.length} of ${both.length} ways whether they count wrongly; how much they do differs by up to ${percent(furthest)} of the commands. At ${percent(highest)} faults: ${said}.`,
      ),
      {
        kind: "figure",
        name: "processes-error",
        alt: `Counting error at ${percent(highest)} faults, in real processes and simulated: ${said}.`,
        chart: {
          type: "bar",
          title: `Counting error at ${percent(highest)} faults: real processes and the simulation`,
          x: { name: "" },
          y: { name: "commands counted wrongly, in percent" },
          categories: worst.map(({ way }) => way),
          series: [
            {
              name: "emulator: real processes, real HTTP",
              points: worst.map(({ emulated }, index) => [index, errorOf(emulated) * 100] as const),
            },
            {
              name: "simulation",
              points: worst.flatMap(({ simulated }, index) =>
                simulated === undefined ? [] : [[index, errorOf(simulated) * 100] as const],
              ),
            },
          ],
        },
      },
      table(
        [
          "way to count",
          "faults",
          "error",
          "simulated",
          "twice",
          "lost",
          "unknown",
          "requests a command",
          "simulated",
          "deaths",
          "simulated",
        ],
        rows.map(({ way, rate, emulated, simulated }) => [
          way,
          percent(rate),
          percent(errorOf(emulated)),
          simulated === undefined ? "–" : percent(errorOf(simulated)),
          whole(emulated.over),
          whole(emulated.under),
          whole(emulated.unknown),
          significant(emulated.requests / emulated.commands),
          simulated === undefined ? "–" : significant(simulated.requests / simulated.commands),
          whole(emulated.deaths),
          simulated === undefined ? "–" : whole(simulated.deaths),
        ]),
      ),
      text(
        `Each way counts ${whole(rows[0]?.emulated.commands ?? 0)} commands on either side. Real processes and sockets do not repeat by a seed, so two runs differ by chance. ` +
          "“Powertools around the ADD” is the real package; “record beside the ADD” does the same by hand, because Powertools reads the real time.",
      ),
    ];
  },
});
