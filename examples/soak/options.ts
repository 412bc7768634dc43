import { parseArgs } from "node:util";
import type { DynamoDBEngine } from "@durable-counter/testing/dynamodb";

/** What a soak runs. */
export interface SoakOptions {
  /** Decides the events, which processes are killed, and the faults of the network. The schedule of processes it does not decide. */
  readonly seed: number;
  /** The soak ends when so many handler processes were killed, and every execution has ended. */
  readonly kills: number;
  /** How many executions run at a time. */
  readonly executions: number;
  readonly engine: "auto" | DynamoDBEngine;
  /** The probability with which a process is killed at each point: from 0 to 1. */
  readonly killRate: number;
  /** A fault that the soak must detect. */
  readonly plant: Plant | undefined;
  /** A file for the figures of the run. */
  readonly figures: string | undefined;
}

/** `double-count`: the handler of 03 counts without idempotency keys. `lost-count`: one count in ten is not written. */
export const PLANTS = ["double-count", "lost-count"] as const;
export type Plant = (typeof PLANTS)[number];

const ENGINES = ["auto", "dynalite", "dynamodb-local"] as const;

/** An argument that the soak does not understand. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const USAGE = `pnpm soak [--kills 1000] [--executions 50] [--seed N] [--engine ${ENGINES.join("|")}] [--kill-rate 0.2]
          [--plant ${PLANTS.join("|")}] [--figures FILE]`;

/** @throws UsageError naming the argument, its value and the remedy */
export function soakOptions(args: readonly string[]): SoakOptions {
  const { values } = readArguments(args);
  return {
    seed: wholeNumber("--seed", values.seed ?? `${Math.floor(Math.random() * 2 ** 31)}`, 0, 2 ** 31 - 1),
    kills: wholeNumber("--kills", values.kills, 1, 1_000_000),
    executions: wholeNumber("--executions", values.executions, 1, 500),
    engine: oneOf("--engine", values.engine, ENGINES),
    killRate: probability("--kill-rate", values["kill-rate"]),
    plant: values.plant === undefined ? undefined : oneOf("--plant", values.plant, PLANTS),
    figures: values.figures,
  };
}

/** The command that runs the same soak again. */
export function commandOf(options: SoakOptions): string {
  const { seed, kills, executions, engine, killRate, plant } = options;
  const fault = plant === undefined ? "" : ` --plant ${plant}`;
  return `pnpm soak --seed ${seed} --kills ${kills} --executions ${executions} --engine ${engine} --kill-rate ${killRate}${fault}`;
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: "string" },
        kills: { type: "string", default: "1000" },
        executions: { type: "string", default: "50" },
        engine: { type: "string", default: "auto" },
        "kill-rate": { type: "string", default: "0.2" },
        plant: { type: "string" },
        figures: { type: "string" },
      },
    });
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}\n${USAGE}`, { cause }); // parseArgs throws nothing else
  }
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^\d+$/u.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${option} is "${text}"; pass a whole number from ${min} to ${max}.`);
}

/** Below 1: an execution whose process is killed at every point never ends. */
function probability(option: string, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (value > 0 && value <= 0.5) return value;
  throw new UsageError(`${option} is "${text}"; pass a probability above 0, up to 0.5.`);
}

function oneOf<const Known extends string>(option: string, text: string, known: readonly Known[]): Known {
  const found = known.find((each) => each === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option} is "${text}"; pass ${known.join(", ")}.`);
}
