import { AsyncLocalStorage } from "node:async_hooks";

/** A process under exploration, as a dependency sees it that is called within. */
export interface CrashableProcess {
  readonly isDead: boolean;
  /** Passes a point at which the process can die; true if it died there. */
  pass(call: DependencyCall): boolean;
}

/** A call of a dependency: it is about to be made, or it was carried out and its answer is on its way. */
export interface DependencyCall {
  readonly at: "call" | "call-answer";
  /** `MemoryCounterStore.apply` */
  readonly name: string;
}

const processes = new AsyncLocalStorage<CrashableProcess>();

/** Runs code as that process: the dependencies it calls know who is calling. */
export function runInProcess<T>(process: CrashableProcess, code: () => T): T {
  return processes.run(process, code);
}

/**
 * Wraps a dependency, a store or a client, so that `exploreCrashes` can let the process die before and after each
 * call of its methods. A process that died calls nothing any more, as if it were gone. ExternalEvents an
 * exploration the dependency behaves as it is.
 *
 * @param name how reports call it; by default the name of its class
 */
export function crashable<T extends object>(dependency: T, name = dependency.constructor.name): T {
  // A proxy of a frozen object would have to hand out its methods as they are.
  const heir = Object.create(dependency) as T;
  return new Proxy(heir, {
    get(_heir, key) {
      const member: unknown = Reflect.get(dependency, key, dependency);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        const process = processes.getStore();
        // The dependency's own method, with the dependency as `this`: a proxy hides private fields.
        const call = () => Reflect.apply(member, dependency, args) as unknown;
        return process === undefined ? call() : callAs(process, `${name}.${String(key)}`, call);
      };
    },
  });
}

function callAs(process: CrashableProcess, name: string, call: () => unknown): unknown {
  if (process.isDead || process.pass({ at: "call", name })) return gone();
  const passAnswer = () => process.isDead || process.pass({ at: "call-answer", name });
  let answer: unknown;
  try {
    answer = call();
  } catch (error) {
    return passAnswer() ? gone() : raise(error);
  }
  // What comes at once, as an iterator does, is answered at once.
  if (!isThenable(answer)) return passAnswer() ? gone() : answer;
  return Promise.resolve(answer).then(
    (value: unknown) => (passAnswer() ? gone() : value),
    (error: unknown) => (passAnswer() ? gone() : raise(error)),
  );
}

function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return typeof (answer as { then?: unknown } | null | undefined)?.then === "function";
}

function raise(error: unknown): never {
  throw error;
}

/** What a process that is gone still waits for. */
function gone(): Promise<never> {
  return new Promise(() => undefined);
}
