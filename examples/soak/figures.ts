import { arch, availableParallelism, cpus, platform } from "node:os";

/** What a soak has counted. */
export interface SoakFigures {
  readonly command: string;
  readonly seed: number;
  readonly engine: string;
  readonly node: string;
  readonly machine: string;
  readonly executionsAtATime: number;
  readonly seconds: number;
  /** Handler processes that the emulator has killed, by the instant. */
  readonly kills: Readonly<Record<string, number>>;
  /** How often the emulator itself was killed. */
  readonly emulatorKills: number;
  /** Executions that have succeeded, by function. */
  readonly executions: Readonly<Record<string, number>>;
  readonly invocations: number;
  /** Invocations that are recorded as ended by a kill. Without those that ended with the emulator. */
  readonly killedInvocations: number;
  /** Operations whose answers were checked. */
  readonly operations: number;
  /** Requests to DynamoDB, by operation. */
  readonly requests: Readonly<Record<string, number>>;
  /** Faults of the network. */
  readonly faults: Readonly<Record<string, number>>;
}

/** The machine of this process, in words. */
export function machine(): string {
  const [{ model } = { model: arch() }] = cpus();
  return `${availableParallelism()} × ${model.trim()}, ${platform()}`;
}

/** The figures as a table in Markdown. */
export function figuresTable(figures: SoakFigures): string {
  const { kills, executions, requests, faults } = figures;
  const rows: readonly (readonly [string, string])[] = [
    ["Handler processes killed", `${number(sum(kills))}: ${parts(kills)}`],
    ["Kills of the emulator itself", number(figures.emulatorKills)],
    ["Executions, all of them succeeded", `${number(sum(executions))}: ${parts(executions)}`],
    [
      "Invocations",
      `${number(figures.invocations)}, of which ${number(figures.killedInvocations)} are recorded as ended by a kill`,
    ],
    ["Operations whose answers were checked", number(figures.operations)],
    ["Requests to DynamoDB", `${number(sum(requests))}: ${parts(requests)}`],
    ["Faults of the network", `${number(sum(faults))}: ${parts(faults)}`],
    ["Executions at a time", number(figures.executionsAtATime)],
    ["Duration", `${number(figures.seconds)} s`],
    ["Engine, Node, machine", `${figures.engine}, ${figures.node}, ${figures.machine}`],
    ["Command", `\`${figures.command}\``],
  ];
  return [
    "| Figure | Of the full run |",
    "| --- | --- |",
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
  ].join("\n");
}

function parts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${number(count)} ${name}`)
    .join(", ");
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
