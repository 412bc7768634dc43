/** Converts an answer to JSON as AWS's REST-JSON writes it: times are seconds since the epoch, with fractions. */
export function toWire(answer: object): string {
  return JSON.stringify(
    answer,
    function (this: Readonly<Record<string, unknown>>, key: string, value: unknown) {
      const original = this[key]; // JSON.stringify passes a Date as text
      return original instanceof Date ? original.getTime() / 1_000 : value;
    },
  );
}
