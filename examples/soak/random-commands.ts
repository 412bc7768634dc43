import { decrement, get, increment, type Command } from "@durable-counter/core";
import { seededRandom } from "@durable-counter/testing/service";

/**
 * One to four commands, the same for the same seed. The first one is an increment that no later decrement exceeds. Amounts are so
 * different that hardly two values of a counter are the same: an order of commands is either right or wrong.
 */
export function randomCommands(seed: number): readonly Command[] {
  const random = seededRandom(seed);
  const amount = () => random(1, 999);
  const rest = Array.from({ length: random(0, 3) }, () => {
    const kind = random(0, 3);
    if (kind === 0) return get();
    return kind === 1 ? decrement(amount()) : increment(amount());
  });
  return [increment(random(3_000, 3_999)), ...rest];
}
