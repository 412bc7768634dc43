import { AsyncLocalStorage } from "node:async_hooks";
import {
  DurableExecutionInvocationInputWithClient,
  type DurableExecutionClient,
  type DurableLambdaHandler,
} from "@aws/durable-execution-sdk-js";
import type { CounterStore } from "@durable-counter/core";

/** One execution of a function, whose processes die by chance. */
export interface MortalExecution {
  /** For the reader of a history. */
  readonly name: string;
  /** From 0 to below 1; decides at every point at which a process can die. */
  readonly random: () => number;
  /** How probable it is to die at a point. */
  readonly chance: number;
  /** How often a process of this execution died so far. */
  deaths: number;
}

/** After as many invocations in a row that threw and wrote nothing, the simulated service fails the execution. */
const MAX_FAILURES = 3;

/** One invocation: it dies by its answer failing, and by nobody ever answering it again. */
class Process {
  readonly death: Promise<never>;
  isDead = false;
  /** Whether it has reached the service, which begins to count failures anew then. */
  hasWritten = false;
  readonly execution: MortalExecution;
  readonly #failuresBefore: number;
  #kill: (error: Error) => void = () => undefined;

  constructor(execution: MortalExecution, failuresBefore: number) {
    this.execution = execution;
    this.#failuresBefore = failuresBefore;
    this.death = new Promise((_, reject) => {
      this.#kill = reject;
    });
    this.death.catch(() => undefined);
  }

  /** Failures in a row, if it dies now. */
  get failures(): number {
    return (this.hasWritten ? 0 : this.#failuresBefore) + 1;
  }

  /** Passes a point at which it can die; true if it is gone. */
  passes(): boolean {
    const { execution } = this;
    if (this.isDead || this.failures >= MAX_FAILURES || execution.random() >= execution.chance)
      return this.isDead;
    this.isDead = true;
    execution.deaths++;
    this.#kill(new Error("The process died."));
    return true;
  }
}

const processes = new AsyncLocalStorage<Process>();

/** The handler, in processes that die: around each checkpoint, as they begin and end, and around a {@link mortalStore}. */
export function mortalHandler(
  handler: DurableLambdaHandler,
  execution: MortalExecution,
): DurableLambdaHandler {
  let failures = 0;
  return async (event, context) => {
    const { durableExecutionClient: client } = event as DurableExecutionInvocationInputWithClient; // a simulation's
    const process = new Process(execution, failures);
    const around = async <T>(call: () => Promise<T>): Promise<T> => {
      if (process.passes()) return gone();
      process.hasWritten = true;
      const answer = await call();
      return process.passes() ? gone() : answer;
    };
    const dying: DurableExecutionClient = {
      getExecutionState: (request, logger) => client.getExecutionState(request, logger),
      checkpoint: (request, logger) => around(() => client.checkpoint(request, logger)),
    };
    const run = async () => {
      if (process.passes()) return gone();
      const answer = await handler(new DurableExecutionInvocationInputWithClient(event, dying), context);
      return process.passes() ? gone() : answer;
    };
    try {
      const answer = await Promise.race([processes.run(process, run), process.death]);
      failures = 0;
      return answer;
    } catch (error) {
      ({ failures } = process);
      throw error;
    }
  };
}

/**
 * The store, around whose writes processes die: before the call, so that it is not made, and after, so that nobody
 * learns what came of it.
 *
 * @param storeOf the store as an execution of that name sees it
 */
export function mortalStore(storeOf: (name: string) => CounterStore): CounterStore {
  const store = storeOf("nobody");
  return {
    apply: async (request) => {
      const process = processes.getStore();
      if (process === undefined) return store.apply(request);
      if (process.passes()) return gone();
      const ended = await storeOf(process.execution.name)
        .apply(request)
        .then(
          (receipt) => () => receipt,
          (error: unknown) => () => {
            throw error;
          },
        );
      return process.passes() ? gone() : ended();
    },
    get: (id, options) => store.get(id, options),
    delete: (id) => store.delete(id),
    list: () => store.list(),
  };
}

/** What a process that is gone still waits for. */
function gone(): Promise<never> {
  return new Promise(() => undefined);
}
