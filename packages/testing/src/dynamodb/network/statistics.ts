import { FAULTS, type Fault } from "./fault.ts";

/** What came, and what became of it. */
export interface Statistics {
  /** How many requests arrived, by operation. */
  readonly requests: Readonly<Record<string, number>>;
  /** How often each fault happened. */
  readonly faults: Readonly<Record<Fault, number>>;
  /** In a line, with the seed. */
  readonly summary: string;
  /** A request is there; answers its number, from 1. */
  arrive(operation: string): number;
  happen(fault: Fault): void;
}

export function createStatistics(seed: number): Statistics {
  const requests = new Map<string, number>();
  const faults = new Map<Fault, number>(FAULTS.map((fault) => [fault, 0]));
  let arrived = 0;
  return {
    get requests() {
      return Object.fromEntries(requests);
    },
    get faults() {
      return Object.fromEntries(faults) as Record<Fault, number>; // all are in there from the start
    },
    get summary() {
      const happened = [...faults].filter(([, times]) => times > 0);
      const list = happened.map(([fault, times]) => `${times} × ${fault}`).join(", ");
      return `Seed ${seed}, ${arrived} requests: ${list || "no fault"}.`;
    },
    arrive(operation) {
      requests.set(operation, (requests.get(operation) ?? 0) + 1);
      return (arrived += 1);
    },
    happen: (fault) => void faults.set(fault, (faults.get(fault) ?? 0) + 1),
  };
}
