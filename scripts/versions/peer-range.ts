import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** The peers that users must have, of which `pnpm test:versions` tests both ends of the range. */
export const TESTED_PEERS = ["@aws-sdk/client-dynamodb", "@aws/durable-execution-sdk-js", "zod"] as const;

interface Manifest {
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The peers that each package must have, and the tested ones that it may have, by its folder. */
export function statedPeers(): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const folders = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name));
  return new Map(
    folders.map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest; // npm checks it
      const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
      const isTested = (name: string) => TESTED_PEERS.some((peer) => peer === name);
      const stated = Object.entries(peerDependencies).filter(
        ([name]) => isTested(name) || peerDependenciesMeta[name]?.optional !== true,
      );
      return [folder, Object.fromEntries(stated)];
    }),
  );
}

/**
 * The range of a peer, which is the same in all packages.
 *
 * @throws Error if two packages state different ranges: then one of them is not tested
 */
export function peerRange(name: string): string {
  const ranges = [...statedPeers().values()].flatMap((peers) => peers[name] ?? []);
  const [range, ...others] = new Set(ranges);
  if (range === undefined) throw new Error(`No package has the peer ${name}.`);
  if (others.length > 0) {
    throw new Error(
      `The packages state different ranges of ${name}: ${[range, ...others].join(", ")}; make them equal.`,
    );
  }
  return range;
}

/** The oldest version of a caret range: `^2.3.1` begins with 2.3.1. */
export function oldestOf(range: string): string {
  const version = /^\^(\d+\.\d+\.\d+)$/u.exec(range)?.[1];
  if (version === undefined)
    throw new Error(`The range ${range} is not of the form ^1.2.3, whose oldest version is known.`);
  return version;
}
