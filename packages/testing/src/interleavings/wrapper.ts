import { formatValue } from "../format-value.ts";
import { taskScopes } from "./task.ts";
import type { Scheduler } from "./scheduler.ts";

type Callable = (...args: unknown[]) => unknown;

/** How a wrapped object is called in words, and how it is known in every run. */
interface Identity {
  readonly name: string;
  readonly id: string;
}

const ITERATING = new Set<PropertyKey>(["next", "return", "throw"]);

/** Wraps the dependencies of one run, so that each call of their asynchronous methods is the scheduler's. */
export class Wrapper {
  /** Whether a method turned out to be asynchronous that was not known to be: then this run was not as it should. */
  hasLearned = false;
  readonly #scheduler: Scheduler;
  readonly #known: Set<string>;
  #count = 0;

  /** @param known methods that are asynchronous though they do not look it, from runs before */
  constructor(scheduler: Scheduler, known: Set<string>) {
    this.#scheduler = scheduler;
    this.#known = known;
  }

  /**
   * A stand-in for an object or a function. Calls from outside of tasks, to set up or to check, are not scheduled, nor
   * are those that a dependency makes of itself.
   *
   * @param name for messages. Default: that of the class or the function
   */
  wrap<T extends object>(dependency: T, name?: string): T {
    // Callers without types may pass anything.
    const given: unknown = dependency;
    if ((typeof given !== "object" && typeof given !== "function") || given === null) {
      throw new TypeError(
        `The dependency is ${formatValue(given)}; wrap an object with methods, or a function.`,
      );
    }
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
    // A proxy of the dependency itself could not stand in for the methods of a frozen one.
    return new Proxy(isFunction ? () => undefined : {}, {
      // As `this`, the dependency itself: a proxy hides private fields.
      get: (_, key) => {
        const member: unknown = Reflect.get(dependency, key, dependency);
        return isMethod(member) && key !== "constructor" ? method(member, key) : member;
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
        isMethod(dependency) && this.#method(dependency, self, identity, false)(...args),
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

function isMethod(member: unknown): member is Callable {
  return typeof member === "function";
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
