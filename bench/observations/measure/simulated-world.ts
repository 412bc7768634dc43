import type { SimulatedDynamoDB } from "@durable-counter/testing/dynamodb";

/** The time, waits and chance of a store on a simulated DynamoDB. With the real ones, a run would not repeat by its seed. */
export function simulatedWorld(dynamodb: SimulatedDynamoDB) {
  const { clock } = dynamodb;
  return {
    now: () => clock.now(),
    sleep: (ms: number, options?: { readonly signal?: AbortSignal }) => clock.sleep(ms, options),
    random: () => dynamodb.random(),
  };
}
