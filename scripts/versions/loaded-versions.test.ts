import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { oldestOf, peerRange, statedPeers, TESTED_PEERS } from "./peer-range.ts";
import { withCatalog } from "./workspace-copy.ts";

const root = resolve(import.meta.dirname, "../..");
const CLIENT = "@aws-sdk/client-dynamodb";

/** What `pnpm test:versions` has asked for, or else what the lockfile has. */
const expected = (
  process.env["PEER_VERSIONS"] === undefined ? lockedVersions() : JSON.parse(process.env["PEER_VERSIONS"])
) as Readonly<Record<string, string>>; // as test-versions.ts or the lockfile has it

function lockedVersions(): Record<string, string> {
  const lockfile = readFileSync(join(root, "pnpm-lock.yaml"), "utf8");
  const entries = lockfile.matchAll(/^ {4}'?([\w@/-]+)'?:\n {6}specifier: .+\n {6}version: (.+)$/gmu);
  return Object.fromEntries(Array.from(entries, ([, name, version]) => [name, version]));
}

/** The version that the code in a folder gets. */
function loadedVersion(name: string, folder: string): string {
  let at = dirname(createRequire(join(folder, "src/index.ts")).resolve(name));
  for (;;) {
    const file = join(at, "package.json");
    const manifest = existsSync(file)
      ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>)
      : {};
    if (manifest["name"] === name) return String(manifest["version"]);
    at = dirname(at);
  }
}

describe("each package loads the version that is tested", () => {
  for (const [folder, peers] of statedPeers()) {
    const names = Object.keys(peers);
    test.each(names)(`${folder.slice(root.length + 1)}: %s`, (name) => {
      expect(loadedVersion(name, folder)).toBe(expected[name]);
    });
  }
});

test("tests are given what packages load", () => {
  const ofPackage = createRequire(join(root, "packages/dynamodb/src/index.ts"));
  expect((ofPackage(CLIENT) as { DynamoDBClient: unknown }).DynamoDBClient).toBe(DynamoDBClient);
});

test("every peer that users must have is tested, at both ends of one range", () => {
  const names = new Set([...statedPeers().values()].flatMap((peers) => Object.keys(peers)));
  expect([...names].toSorted()).toEqual(TESTED_PEERS.toSorted());
  for (const name of names) expect(oldestOf(peerRange(name))).toMatch(/^\d+\.\d+\.\d+$/u);
});

test("a copy gets its versions in the catalog, or is refused", () => {
  const yaml = 'catalog:\n  "@a/b": ^1.0.0\n  zod: ^4.1.0\n';
  expect(withCatalog(yaml, { "@a/b": "1.2.3", zod: "4.0.0" })).toBe(
    'catalog:\n  "@a/b": 1.2.3\n  zod: 4.0.0\n',
  );
  expect(() => withCatalog(yaml, { "@a/c": "1.2.3" })).toThrow("has no line for @a/c");
});
