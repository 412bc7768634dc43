import {
  DurablePromise,
  PromiseCombinatorError,
  type AnySerdes,
  type ChildConfig,
  type DurableContext,
} from "@aws/durable-execution-sdk-js";

/** Runs a body in a child context of the context that the combinators belong to. */
type RunInChildContext = <T>(
  name: string | undefined,
  body: () => Promise<T>,
  config: ChildConfig<T>,
) => DurablePromise<T>;

type NameOr<P> = string | undefined | P[];

/** Builds `context.promise`. A combinator is lazy: it opens a child context when it is awaited. */
export function combinators(runInChildContext: RunInChildContext): DurableContext["promise"] {
  const combine = <P, T>(
    combinator: (promises: P[]) => Promise<T>,
    nameOrPromises: NameOr<P>,
    maybePromises: P[] | undefined,
    serdes?: AnySerdes,
  ): DurablePromise<T> =>
    new DurablePromise(async () => {
      const named = typeof nameOrPromises === "string" || nameOrPromises === undefined;
      const name = named ? nameOrPromises : undefined;
      // The overloads pass the promises in either place. A missing argument fails in the combinator, as in the SDK.
      const promises = (named ? maybePromises : nameOrPromises) as P[];
      return runInChildContext(name, () => combinator(promises), {
        errorMapper: (error) => new PromiseCombinatorError(error.message, error),
        ...(serdes && { serdes }),
      });
    });

  return {
    all: <T>(first: NameOr<DurablePromise<T>>, promises?: DurablePromise<T>[]) =>
      combine((all) => Promise.all(all), first, promises),
    allSettled: <T>(first: NameOr<DurablePromise<T>>, promises?: DurablePromise<T>[]) =>
      combine((all) => Promise.allSettled(all), first, promises, settledSerdes),
    any: <T>(first: NameOr<DurablePromise<T>>, promises?: DurablePromise<T>[]) =>
      combine((all) => Promise.any(all), first, promises),
    race: <T>(first: NameOr<DurablePromise<T>>, promises?: DurablePromise<T>[]) =>
      combine((all) => Promise.race(all), first, promises),
  };
}

/** The reason of a rejection keeps its name, message and stack, and loses all other properties. */
const settledSerdes: AnySerdes = {
  serialize: async (outcomes: PromiseSettledResult<unknown>[]) =>
    JSON.stringify(
      outcomes.map((outcome) => {
        if (outcome.status === "fulfilled" || !(outcome.reason instanceof Error)) return outcome;
        const { message, name, stack } = outcome.reason;
        return { ...outcome, reason: { message, name, stack } };
      }),
    ),
  deserialize: async (json = "[]") =>
    // The JSON is what `serialize` wrote.
    (JSON.parse(json) as PromiseSettledResult<unknown>[]).map((outcome) => {
      if (outcome.status === "fulfilled") return outcome;
      const { message, name, stack } = (outcome.reason ?? {}) as Partial<Error>;
      if (!message) return outcome;
      const reason = Object.assign(new Error(message), { name: name || "Error" });
      if (stack) reason.stack = stack;
      return { ...outcome, reason };
    }),
};
