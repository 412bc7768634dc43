import { statSync } from "node:fs";
import type { Emulator } from "../start-emulator.ts";

/** How often the files of a handler are looked at, in milliseconds. */
const INTERVAL = 300;
/** The system's time of a change can be this much behind the clock, in milliseconds. */
const COARSE = 20;

/** What is known of a file. */
interface Watched {
  readonly functions: Set<string>;
  /** When it was changed last, in milliseconds since the epoch. */
  changedAt: number;
}

/**
 * Loads a function again when one of its files has changed since it was read, also while the function was being loaded.
 *
 * @param onLoaded called with the error with which a function was not loaded
 * @returns a function that ends it
 */
export function watch(
  emulator: Emulator,
  functions: readonly { readonly name: string }[],
  onLoaded: (name: string, error: string | undefined) => void,
): () => void {
  const watched = new Map<string, Watched>();
  const update = (name: string) => {
    const { files, readAt } = emulator.sourcesOf(name);
    for (const file of files) {
      if (file.includes("node_modules")) continue;
      const known = watched.get(file) ?? { functions: new Set(), changedAt: firstChange(file, readAt) };
      known.functions.add(name);
      watched.set(file, known);
    }
  };
  // One after another: the code that was read last has to be the code that runs.
  let loading = Promise.resolve();
  const reload = async (name: string) => {
    const error = await emulator.reload(name).catch(String);
    update(name);
    onLoaded(name, error);
  };
  const look = () => {
    const changed = new Set<string>();
    for (const [file, known] of watched) {
      const changedAt = lastChange(file);
      if (changedAt === undefined || changedAt === known.changedAt) continue; // an editor may be about to replace it
      known.changedAt = changedAt;
      for (const name of known.functions) changed.add(name);
    }
    for (const name of changed) loading = loading.then(() => reload(name));
  };
  for (const { name } of functions) update(name);
  const timer = setInterval(look, INTERVAL);
  return () => clearInterval(timer);
}

/** When the version of a file that was read is from. A later change has yet to be seen. */
function firstChange(file: string, readAt: number): number {
  const changedAt = lastChange(file) ?? 0;
  return changedAt < readAt - COARSE ? changedAt : 0;
}

function lastChange(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}
