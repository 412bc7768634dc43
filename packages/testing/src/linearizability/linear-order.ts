/** What takes place at one moment between its start and its end. */
interface Timed {
  readonly start: number;
}

/**
 * Orders that keep to real time each, made one that does. Every operation is taken to happen as early as its own
 * order lets it.
 */
export function linearOrder<T extends Timed>(orders: readonly (readonly T[])[]): readonly T[] {
  return orders
    .flatMap((order) => {
      let moment = -Infinity;
      return order.map((operation) => {
        moment = Math.max(moment, operation.start);
        return { operation, moment };
      });
    })
    .toSorted((a, b) => a.moment - b.moment)
    .map(({ operation }) => operation);
}
