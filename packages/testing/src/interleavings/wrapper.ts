import { checkDependency, isCallable, type Callable } from "../dependency.ts";
import { taskScopes } from "./task.ts";
import type { Scheduler } from "./scheduler.ts";

/** The name of a wrapped object for messages, and an id that is the same in every run. */
interface Identity {
  readonly name: string;
  readonly id: string;
}

const ITERATING = new Set<PropertyKey>(["next", "return", "throw"]);

/** Wraps the dependencies of one run, so that the scheduler runs each call of an asynchronous method. */
export class Wrapper {
  /** Whether a method turned out to be asynchronous that was not known to be. Then the run must be repeated. */
  hasLearned = false;
  readonly #scheduler: Scheduler;
  readonly #known: Set<string>;
  #count = 0;

  /** @param known the methods that earlier runs found to be asynchronous */
  constructor(scheduler: Scheduler, known: Set<string>) {
    this.#scheduler = scheduler;
    this.#known = known;
  }

  /**
   * Returns a proxy for an object or a function. Calls from outside of tasks, and calls that a dependency makes to
   * itself, are not scheduled.
   *
   * @param name for messages. Default: the name of the class or function
   */
  wrap<T extends object>(dependency: T, name?: string): T {
    checkDependency(dependency);
    this.#count += 1;
    return this.#proxy(dependency, { name: name ?? nameOf(dependency), id: `${this.#count}` }, false);
  }

  #proxy<T extends object>(dependency: T, identity: Identity, isIterator: boolean): T {
    const methods = new Map<PropertyKey, { readonly member: unknown; readonly method: Callable }>();
    const method = (member: Callable, key: PropertyKey) => {
      const known = methods.get(key);
      if (known?.member === member) return known.method;
      const made = this.#method(
        member,
        dependency,
        memberOf(identity, key),
        isIterator && ITERATING.has(key),
      );
      methods.set(key, { member, method: made });
      return made;
    };
    const isFunction = typeof dependency === "function";
    // A proxy of a frozen object would have to return its methods unchanged.
    return new Proxy(isFunction ? () => undefined : {}, {
      // `this` is the dependency itself, because a proxy hides private fields.
      get: (_, key) => {
        const member: unknown = Reflect.get(dependency, key, dependency);
        return isCallable(member) && key !== "constructor" ? method(member, key) : member;
      },
      set: (_, key, value) => Reflect.set(dependency, key, value, dependency),
      has: (_, key) => Reflect.has(dependency, key),
      deleteProperty: (_, key) => Reflect.deleteProperty(dependency, key),
      ownKeys: () => Reflect.ownKeys(dependency),
      getPrototypeOf: () => Reflect.getPrototypeOf(dependency),
      getOwnPropertyDescriptor: (_, key) => {
        const property = Reflect.getOwnPropertyDescriptor(dependency, key);
        return property && { ...property, configurable: true };
      },
      apply: (_, self: unknown, args: unknown[]) =>
        isCallable(dependency) && this.#method(dependency, self, identity, false)(...args),
    }) as T; // it answers as the dependency does
  }

  #method(member: Callable, self: unknown, identity: Identity, isIterating: boolean): Callable {
    const { name, id } = identity;
    return (...args) => {
      const carryOut = () => Reflect.apply(member, self, args);
      const scope = taskScopes.getStore();
      if (scope !== undefined && (isIterating || isAsyncFunction(member) || this.#known.has(id))) {
        return this.#scheduler.call(scope, name, args, carryOut);
      }
      const answer = carryOut();
      if (scope !== undefined && isThenable(answer)) {
        this.#known.add(id);
        this.hasLearned = true;
      }
      return isAsyncIterable(answer) ? this.#proxy(answer, identity, true) : answer;
    };
  }
}

function nameOf(dependency: object): string {
  const name = typeof dependency === "function" ? dependency.name : dependency.constructor?.name;
  return name === undefined || name === "" || name === "Object" ? "dependency" : name;
}

function memberOf({ name, id }: Identity, key: PropertyKey): Identity {
  return {
    name: key === Symbol.asyncIterator ? name : `${name}.${String(key)}`,
    id: `${id}.${String(key)}`,
  };
}

function isAsyncFunction(member: Callable): boolean {
  return Object.prototype.toString.call(member) === "[object AsyncFunction]";
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
