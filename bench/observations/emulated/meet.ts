import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Meeting } from "./timed-events.ts";

const POLL_MS = 2;

/** Waits until all callers are there, so that none counts while another process still starts. */
export async function meet(folder: string, { name, callers }: Meeting, caller: number): Promise<void> {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, String(caller)), "");
  while (readdirSync(place).length < callers) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
