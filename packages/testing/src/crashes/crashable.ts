import { AsyncLocalStorage } from "node:async_hooks";
import { checkDependency, isCallable, type Callable } from "../dependency.ts";

/** Changes with {@link CrashableProcess}, which the copies of the kit share. */
const KEY = Symbol.for("@durable-counter/testing/crashable/1");

/** The simulated process in which a dependency is called. */
export interface CrashableProcess {
  readonly isDead: boolean;
  /** Passes a point at which the process can die. Returns true if it died there. */
  pass(call: DependencyCall): boolean;
}

/** The call of a dependency: before it is made, or after it ended and before the process gets the answer. */
export interface DependencyCall {
  readonly at: "call" | "call-answer";
  /** `MemoryCounterStore.apply` */
  readonly name: string;
}

const shared = globalThis as { [KEY]?: AsyncLocalStorage<CrashableProcess> }; // nobody else uses this symbol
/** The process of the running code. All copies of the kit share it, such as its ESM and its CommonJS build. */
const processes = (shared[KEY] ??= new AsyncLocalStorage());

/** Runs code in the process, so that its dependencies know which process calls them. */
export function runInProcess<T>(process: CrashableProcess, code: () => T): T {
  return processes.run(process, code);
}

/**
 * Wraps a dependency, such as a store, a client or a function, so that `exploreCrashes` and `simulateWithCrashes` can let
 * the process die before and after each call of it. A process that has died calls the dependency no more. Outside of an
 * exploration the wrapper changes nothing.
 *
 * @param name for reports. Default: the name of the class or of the function
 * @throws TypeError for what is neither an object nor a function
 * @example
 * ```ts
 * const bank = crashable(new BankClient(), "bank");
 * const sendMail = crashable(async (to: string) => mailer.send(to), "sendMail");
 * ```
 */
export function crashable<T extends object>(dependency: T, name = nameOf(dependency)): T {
  checkDependency(dependency);
  return new Proxy(targetFor(dependency), {
    get(_target, key) {
      const member: unknown = Reflect.get(dependency, key, dependency);
      // `this` is the dependency itself, because a proxy hides private fields.
      return isCallable(member) ? wrapped(member, dependency, `${name}.${String(key)}`) : member;
    },
    apply: (_target, self: unknown, args: unknown[]) =>
      isCallable(dependency) && wrapped(dependency, self, name)(...args),
  });
}

/** The proxy of a frozen object would have to return its methods unchanged, and only the proxy of a function can be called. */
function targetFor<T extends object>(dependency: T): T {
  const target: unknown =
    typeof dependency === "function"
      ? Object.setPrototypeOf(() => undefined, dependency)
      : Object.create(dependency);
  return target as T; // it has what the dependency has
}

function wrapped(method: Callable, self: unknown, name: string): Callable {
  return (...args) => {
    const process = processes.getStore();
    const call = () => Reflect.apply(method, self, args);
    return process === undefined ? call() : callAs(process, name, call);
  };
}

function nameOf(dependency: object | null | undefined): string {
  const name = typeof dependency === "function" ? dependency.name : dependency?.constructor?.name;
  return name === undefined || name === "" ? "dependency" : name;
}

function callAs(process: CrashableProcess, name: string, call: () => unknown): unknown {
  if (process.isDead || process.pass({ at: "call", name })) return neverAnswers();
  const passAnswer = () => process.isDead || process.pass({ at: "call-answer", name });
  let answer: unknown;
  try {
    answer = call();
  } catch (error) {
    return passAnswer() ? neverAnswers() : raise(error);
  }
  // An answer that is no promise, such as an iterator, is returned at once.
  if (!isThenable(answer)) return passAnswer() ? neverAnswers() : answer;
  return Promise.resolve(answer).then(
    (value: unknown) => (passAnswer() ? neverAnswers() : value),
    (error: unknown) => (passAnswer() ? neverAnswers() : raise(error)),
  );
}

function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return typeof (answer as { then?: unknown } | null | undefined)?.then === "function";
}

function raise(error: unknown): never {
  throw error;
}

/** A process that has died never gets an answer. */
function neverAnswers(): Promise<never> {
  return new Promise(() => undefined);
}
