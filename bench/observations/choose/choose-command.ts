import { parseArgs } from "node:util";
import { readRawFile } from "../raw-data.ts";
import { cost } from "../topics/cost.ts";
import type { CostData } from "../topics/cost.ts";
import { choose, type ChoiceFigures } from "./choose.ts";

/**
 * Answers `pnpm observe choose` from the figures in a folder.
 *
 * @throws TypeError for arguments that are missing or wrong
 */
export function chooseCommand(args: readonly string[], folder: string): string {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { rate: text, limits: text, batch: text, window: text, shared: text, durable: text },
  });
  const question = {
    rate: numberOf("--rate", values.rate, 0),
    batch: numberOf("--batch", values.batch ?? "1", 1),
    window: numberOf("--window", values.window ?? "3600", 1),
    limits: isYes("--limits", values.limits ?? "no"),
    shared: isYes("--shared", values.shared ?? "yes"),
    durable: isYes("--durable", values.durable ?? "no"),
  };
  return choose(question, choiceFigures(cost.read(readRawFile(folder, cost.name).data))).join("\n");
}

export function choiceFigures({ events, keys, prices }: CostData): ChoiceFigures {
  return {
    events: events.map(({ way, batch, dollars }) => ({ way, batch, dollars })),
    keys: keys.map(({ strategy, liveKeys, writeUnits }) => ({ strategy, liveKeys, writeUnits })),
    writeUnitPrice: prices.writeUnit,
  };
}

function numberOf(name: string, value: string | undefined, min: number): number {
  const number = Number(value);
  if (value !== undefined && Number.isFinite(number) && number > 0 && number >= min) return number;
  throw new TypeError(
    `${name} is ${value ?? "missing"}; pass a number ${min > 0 ? `from ${min}` : "above 0"}.`,
  );
}

function isYes(name: string, value: string): boolean {
  if (value === "yes" || value === "no") return value === "yes";
  throw new TypeError(`${name} is ${JSON.stringify(value)}; pass yes or no.`);
}
