import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeText, textFolder } from "./texts.ts";
import { textRetryStrategy, UnusableTextError } from "./unusable-text-error.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "texts-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a folder of texts", () => {
  test("reads a text, or a part of it", async () => {
    await writeFile(join(folder, "a.txt"), "In the beginning");
    const texts = textFolder(folder);
    expect(Buffer.from(await texts.read("a.txt")).toString()).toBe("In the beginning");
    expect(Buffer.from(await texts.read("a.txt", { start: 3, end: 7 })).toString()).toBe("the ");
  });

  test("reports a missing text, which is not retried", async () => {
    const error: unknown = await textFolder(folder)
      .read("b.txt")
      .catch((thrown: unknown) => thrown);
    expect((error as Error).message).toBe(
      `There is no text "b.txt"; add ${join(folder, "b.txt")}, or pass another name.`,
    );
    expect(textRetryStrategy(error as Error, 1)).toEqual({ shouldRetry: false });
  });

  test("reports a text that has become shorter since it was planned", async () => {
    await writeFile(join(folder, "c.txt"), "In the beginning");
    await truncate(join(folder, "c.txt"), 5);
    await expect(textFolder(folder).read("c.txt", { start: 3, end: 7 })).rejects.toThrow(
      '"c.txt" ends at byte 5, and bytes 3 to 7 were planned; leave a text as it is while it is counted.',
    );
  });

  test("retries errors of a disk or a network", async () => {
    const error: unknown = await textFolder(folder)
      .read(".")
      .catch((thrown: unknown) => thrown);
    expect(textRetryStrategy(error as Error, 1)).toMatchObject({ shouldRetry: true });
  });
});

describe("a part of a text", () => {
  const range = { start: 0, end: 3 };

  test("is decoded with its byte order mark", () => {
    expect(decodeText(Buffer.from("\ufeffa"), "a.txt", range)).toBe("\ufeffa");
  });

  test("that is not UTF-8 is refused with its position", () => {
    expect(() => decodeText(Buffer.of(0x61, 0xff), "a.txt", range)).toThrow(
      new UnusableTextError('Bytes 0 to 3 of "a.txt" are not UTF-8; repair them, and send the event again.'),
    );
  });
});
