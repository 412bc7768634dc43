/** A part of a text: the bytes from `start` up to, and without, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts a UTF-8 text into consecutive ranges that are the whole text together, each of at most `chunkBytes` bytes and
 * ending behind a space or a line end. A stretch without either that is longer than that stays in one piece.
 *
 * ASCII white space alone is looked for: such a byte is part of no longer character and of no word, also where the
 * bytes around it are not UTF-8 at all. The same bytes are always cut the same way.
 */
export function splitText(text: Uint8Array, chunkBytes: number): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (let start = 0; start < text.length;) {
    const end = endOfChunk(text, start, chunkBytes);
    ranges.push({ start, end });
    start = end;
  }
  return ranges;
}

function endOfChunk(text: Uint8Array, start: number, chunkBytes: number): number {
  const wanted = start + chunkBytes;
  if (wanted >= text.length) return text.length;
  for (let end = wanted; end > start; end--) if (isSpace(text[end - 1])) return end;
  for (let end = wanted + 1; end < text.length; end++) if (isSpace(text[end - 1])) return end;
  return text.length;
}

/** Space, and tab to carriage return. */
function isSpace(byte = 0): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
