import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { ByteRange } from "./split-text.ts";
import { UnusableTextError } from "./unusable-text-error.ts";

/** A collection of texts: a folder here. With an S3 bucket, `read` is a GetObject with a `Range`. */
export interface Texts {
  /**
   * The bytes of a text, or of a part of it.
   *
   * @throws UnusableTextError for a missing text, and for one that has become shorter than the range
   */
  read(name: string, range?: ByteRange): Promise<Uint8Array>;
}

/** Texts that are deployed with a function. */
export function textFolder(folder: string): Texts {
  return {
    read: async (name, range) => {
      const file = await openText(join(folder, name), name);
      try {
        return range === undefined ? await file.readFile() : await readRange(file, name, range);
      } finally {
        await file.close();
      }
    },
  };
}

async function openText(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new UnusableTextError(`There is no text "${name}"; add ${path}, or pass another name.`, {
      cause: error,
    });
  }
}

async function readRange(file: FileHandle, name: string, { start, end }: ByteRange): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
  if (bytesRead < bytes.length) {
    throw new UnusableTextError(
      `"${name}" ends at byte ${start + bytesRead}, and bytes ${start} to ${end} were planned; leave a text as it is while it is counted.`,
    );
  }
  return bytes;
}

/** @throws UnusableTextError for bytes that are not UTF-8 */
export function decodeText(bytes: Uint8Array, name: string, { start, end }: ByteRange): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new UnusableTextError(
      `Bytes ${start} to ${end} of "${name}" are not UTF-8; repair them, and send the event again.`,
      { cause: error },
    );
  }
}
