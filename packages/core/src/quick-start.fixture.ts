import { applyBatch, decrement, get, increment, isCounterError } from "@durable-counter/core";

const limits = { min: 0, max: 10 };
const { value, results } = applyBatch(3, [increment(5), decrement(2), get()], limits, "cart-7");
console.log(value, results.length); // 6 3

try {
  applyBatch(3, [decrement(5)], limits, "cart-7");
} catch (error) {
  if (!isCounterError(error, "limit-exceeded")) throw error;
  console.log(error.message); // Counter "cart-7" is at 3 and would fall to -2; its minimum is 0. [limit-exceeded]
}
