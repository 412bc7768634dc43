import { seededRandom } from "../../seeded-random.ts";
import { canMeet, FAULTS, type Fault } from "./fault.ts";
import { checkInjection, type FaultyNetworkSettings } from "./options.ts";

/** What is to happen to one request. */
export interface PlannedFault {
  readonly fault: Fault;
  /** From 0 to below 1, drawn with it: whatever else the fault leaves open. */
  readonly chance: number;
}

/** Which faults requests meet: injected faults first, then those that are drawn. */
export interface FaultPlan {
  /** The next request that can meet this fault does, once; only one of this operation, if it is given. */
  injectNext(fault: Fault, operation?: string): void;
  /** What is to happen to the request that arrives now. */
  draw(operation: string): PlannedFault | undefined;
  /** From now on no request meets a fault, unless one is injected afterwards. */
  disableFaults(): void;
}

/** How to draw. */
type FaultOdds = Omit<FaultyNetworkSettings, "delayMs">;

/**
 * Plans by a seed: two numbers are drawn for each request that faults are drawn for, whatever they lead to, so the fate
 * of the nth depends on seed and n alone.
 */
export function planFaults({ seed, faults, operations }: FaultOdds): FaultPlan {
  const draw = chances(seed);
  const drawForInjected = chances(~seed); // An injected fault must not shift what is drawn for the requests after it.
  const injected: { readonly fault: Fault; readonly operation: string | undefined }[] = [];
  let isDisabled = false;

  return {
    injectNext(fault, operation) {
      checkInjection(fault, operation);
      injected.push({ fault, operation });
    },
    draw(operation) {
      const index = injected.findIndex(
        (next) => canMeet(operation, next.fault) && (next.operation ?? operation) === operation,
      );
      const [next] = index === -1 ? [] : injected.splice(index, 1);
      if (next !== undefined) return { fault: next.fault, chance: drawForInjected() };
      if (isDisabled || operations?.includes(operation) === false) return undefined;
      const fault = faultAt(faults, draw());
      const chance = draw();
      return fault !== undefined && canMeet(operation, fault) ? { fault, chance } : undefined;
    },
    disableFaults() {
      isDisabled = true;
      injected.length = 0;
    },
  };
}

/** Numbers from 0 to below 1, the same for the same seed. */
export function chances(seed: number): () => number {
  const random = seededRandom(seed);
  return () => random(0, 2 ** 32 - 1) / 2 ** 32;
}

/** Faults lie side by side from 0 on, each as wide as it is probable; beyond the last nothing happens. */
function faultAt(faults: FaultOdds["faults"], point: number): Fault | undefined {
  let end = 0;
  return FAULTS.find((fault) => point < (end += faults[fault] ?? 0));
}
