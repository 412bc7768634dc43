import type { Bench } from "./measure/bench.ts";

/** Every bench by its name. A process loads only the bench that it measures. */
export const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  aws: async () => (await import("./benches/aws.ts")).aws,
  floor: async () => (await import("./benches/floor.ts")).simulateBesideFloor,
  "fake-context": async () => (await import("./benches/fake-context.ts")).fakeContext,
  crashes: async () => (await import("./benches/crashes.ts")).crashes,
  memory: async () => (await import("./benches/memory.ts")).memory,
  growth: async () => (await import("./benches/growth.ts")).growth,
  "durable-counter": async () => (await import("./benches/durable-counter.ts")).durableCounterBesideSteps,
  "dynamodb-store": async () => (await import("./benches/dynamodb-store.ts")).dynamoDBStore,
  peers: async () => (await import("./benches/peers.ts")).peers,
  keys: async () => (await import("./benches/keys.ts")).keys,
  "hot-key": async () => (await import("./benches/hot-key.ts")).hotKey,
  contention: async () => (await import("./benches/contention.ts")).contention,
  emulator: async () => (await import("./benches/emulator.ts")).emulator,
  "emulator-checkpoint": async () => (await import("./benches/emulator-checkpoint.ts")).emulatorCheckpoint,
  "emulator-stored": async () => (await import("./benches/emulator-stored.ts")).emulatorStored,
  "emulator-start": async () => (await import("./benches/emulator-start.ts")).emulatorStart,
  timeline: async () => (await import("./benches/timeline.ts")).timeline,
  "cold-start": async () => (await import("./benches/cold-start.ts")).coldStart,
};
