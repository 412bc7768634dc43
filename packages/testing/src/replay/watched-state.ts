import type { Operation } from "@aws/durable-execution-sdk-js";
import { isClosed } from "../service/execution-state.ts";

/** The first operation of a state is the execution itself. */
const EXECUTION = "execution";
/** The id of an operation on the wire. */
const ID = /^[0-9a-f]{16}$/;

/** The recorded state of an execution, and what of it can only be told by position. */
export interface RecordedState {
  /** JSON. */
  readonly payload: string | undefined;
  readonly operations: ReadonlyMap<string, Operation>;
  /** Ids of virtual contexts, which are not operations though code comes to them. */
  readonly virtual: ReadonlySet<string>;
  /** Ids of virtual contexts whose map or parallel is closed: the durable SDK must not find them. */
  readonly absent: ReadonlySet<string>;
}

/**
 * A recorded state that no code of an operation runs on: what has not ended stays so, and what is not recorded is
 * found waiting. It keeps an account of what it was asked for.
 *
 * The durable SDK tells nobody which completed operations a replay came to, and calls the body of a new step before
 * the service hears of it. So it is handed a state that watches: SDK 2.4 builds its own by `operations.map(…)` and
 * `.reduce(…, {})`, and reads `Type`, `Name` and `SubType` of an operation to compare, then `Status` to act. A version
 * that does otherwise is refused before the handler runs.
 */
export class WatchedState {
  /** Ids of recorded operations that code came to. */
  readonly reached = new Set<string>();
  /** Those of them that the durable SDK compared with the code: a waitForCondition it does not. */
  readonly compared = new Set<string>();
  /** Ids of operations that code came to and the history does not have, in that order. */
  readonly unrecorded = new Set<string>();
  readonly #recorded: RecordedState;
  readonly #matched = new Set<string>();
  /** Whether the durable SDK took the state in the way that can be watched. */
  isWatched = false;

  constructor(recorded: RecordedState) {
    this.#recorded = recorded;
  }

  /** What to hand to the durable SDK as the operations of the initial state. */
  get operations(): Operation[] {
    const operations = [this.#execution(), ...Array.from(this.#recorded.operations.values(), waiting)];
    const map = (normalize: (operation: Operation) => Operation) => {
      const normalized = operations.slice().map((operation) => normalize(operation));
      const reduce = (fold: (state: object, operation: Operation) => object, state: object) => {
        this.isWatched = true;
        return Array.prototype.reduce.call(
          normalized,
          (into, each) => fold(into as object, each as Operation),
          this.#watch(state),
        );
      };
      return Object.defineProperty(normalized, "reduce", { value: reduce });
    };
    return Object.defineProperty(operations, "map", { value: map });
  }

  /** The SDK parses the input right before it calls the handler: the last moment to see that it is watched. */
  #execution(): Operation {
    const toString = () => {
      if (this.isWatched) return this.#recorded.payload ?? "{}";
      throw new Error(
        "This version of @aws/durable-execution-sdk-js keeps its state otherwise than 2.4, and cannot be watched " +
          "replaying; nothing of the handler ran. Use 2.4, or update @durable-counter/testing.",
      );
    };
    return {
      Id: EXECUTION,
      Type: "EXECUTION",
      Status: "STARTED",
      StartTimestamp: new Date(0),
      // JSON.parse makes text of what it is given.
      ExecutionDetails: { InputPayload: { toString } as unknown as string },
    };
  }

  #watch(state: object): object {
    let listed: PropertyKey | undefined;
    return new Proxy(state, {
      // Asked for by Object.entries, before each value: who lists the state does not come to its operations.
      getOwnPropertyDescriptor: (target, key) => {
        listed = key;
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
      get: (target, key, receiver) => {
        const found: unknown = Reflect.get(target, key, receiver);
        const isListing = listed === key;
        listed = undefined;
        if (isListing || typeof key !== "string" || !ID.test(key)) return found;
        return found === undefined ? this.#unknown(key) : this.#watchOperation(key, found as Operation);
      },
    });
  }

  #watchOperation(id: string, operation: Operation): Operation {
    const reads = { Type: 0, Name: 0, SubType: 0 };
    return new Proxy(operation, {
      get: (target, key, receiver) => {
        if (key === "Type" || key === "Name" || key === "SubType") reads[key] += 1;
        if (key === "Type") this.compared.add(id);
        if (key === "Status") return this.#status(id, target, reads);
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
  }

  /**
   * An operation that ended in another way than its kind can end, as a step that the history has as a callback that
   * timed out, would be taken for one that did not end, and run. So such an end is told only to code that matches,
   * for which the SDK reads each field as often as comparing takes; a mismatch it reads again, for its message.
   */
  #status(id: string, operation: Operation, reads: Reads): Operation["Status"] {
    this.reached.add(id);
    if (reads.Type === 2 && reads.Name === 1 && reads.SubType === 1) this.#matched.add(id);
    const { Status } = operation;
    if (Status === "SUCCEEDED" || Status === "FAILED") return Status;
    return isClosed(operation) && this.#matched.has(id) ? Status : "PENDING";
  }

  /** Without a type, it is like any operation that has not ended: nothing is compared, and all code waits for it. */
  #unknown(id: string): Operation | undefined {
    if (this.#recorded.absent.has(id)) return undefined;
    const operation = { Id: id, Status: "PENDING", CallbackDetails: { CallbackId: "unrecorded" } };
    return Object.defineProperty(operation as Operation, "Status", {
      get: () => {
        if (!this.#recorded.virtual.has(id)) this.unrecorded.add(id);
        return "PENDING";
      },
    });
  }
}

interface Reads {
  readonly Type: number;
  readonly Name: number;
  readonly SubType: number;
}

/** Without the moments at which something is due: the SDK would set timers for them. */
function waiting(operation: Operation): Operation {
  const { WaitDetails: _, StepDetails, ...rest } = operation;
  if (StepDetails === undefined) return rest;
  const { NextAttemptTimestamp: __, ...details } = StepDetails;
  return { ...rest, StepDetails: details };
}
