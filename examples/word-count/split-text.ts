/** A part of a text: the bytes from `start` to before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Splits a UTF-8 text into consecutive ranges. Each has at most `chunkBytes` bytes and ends after a space or a line end. A longer
 * stretch without either stays in one range.
 *
 * Only ASCII white space counts: such a byte is never part of a longer character or of a word, even where the bytes around it
 * are not UTF-8. The same bytes are always split in the same way.
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
