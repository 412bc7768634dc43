import { readFileSync } from "node:fs";
import type { Texts } from "./texts.ts";

/** The Book of Genesis, 200 KB: a real text. */
export const genesis: Uint8Array = readFileSync(new URL("texts/genesis.txt", import.meta.url));

/** Texts in memory, and how often they were read. */
export class MemoryTexts implements Texts {
  readonly files = new Map<string, Uint8Array>();
  reads = 0;

  constructor(name: string, bytes: Uint8Array) {
    this.files.set(name, bytes);
  }

  async read(...[name, { start, end } = { start: 0, end: Infinity }]: Parameters<Texts["read"]>) {
    this.reads++;
    return this.files.get(name)?.subarray(start, end) ?? new Uint8Array();
  }
}

/**
 * Counts the words of an English text as `wc` would: each run without white space that has a letter. Independent of chunks and of
 * the pattern of the example.
 */
export function countAsWc(bytes: Uint8Array, word?: string): number {
  const tokens = Buffer.from(bytes).toString("latin1").split(/\s+/u);
  const bare = tokens.map((token) => token.toLowerCase().replace(/^[^a-z]+|[^a-z]+$/gu, ""));
  return bare.filter((token) => (word === undefined ? token !== "" : token === word)).length;
}
