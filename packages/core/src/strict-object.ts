import * as z from "zod/mini";
import { withRemedy } from "./parse.ts";

/** The schemas of the keys that an object must have. */
type RequiredSchemas<T> = {
  readonly [K in keyof T as undefined extends T[K] ? never : K]: z.ZodMiniType<T[K]>;
};

/** The schemas of the keys that it may have. */
type OptionalSchemas<T> = {
  readonly [K in keyof T as undefined extends T[K] ? K : never]-?: z.ZodMiniType<Exclude<T[K], undefined>>;
};

/**
 * Schema of an object that has only these keys. zod's own objects and optional values would make the bundle of a function 5 kB
 * larger. For authors of packages beside this one.
 *
 * @param required the schemas of the keys that the object must have
 * @param optional the schemas of the keys that may be missing or undefined
 * @param remedy what errors say to pass instead; by default an object with these keys
 * @example
 * ```ts
 * const Options = strictObject<{ id: string; limits?: Limits | undefined }>({ id: CounterId }, { limits: Limits });
 * const { id, limits } = parseInput(Options, input, "options");
 * ```
 */
export function strictObject<T extends object>(
  required: RequiredSchemas<T>,
  optional: OptionalSchemas<T>,
  remedy = remedyFor(Object.keys(required), Object.keys(optional)),
): z.ZodMiniCustom<T, T> {
  const schemas: Readonly<Record<string, z.ZodMiniType>> = { ...required, ...optional };
  const params = withRemedy(remedy);
  return z.custom<T>(isObject, params).check((payload) => {
    const { value: input } = payload;
    const parsed: Record<string, unknown> = {};
    for (const [key, schema] of Object.entries(schemas)) {
      const value: unknown = Reflect.get(input, key);
      if (value === undefined && key in optional) continue;
      const { data, error } = schema.safeParse(value);
      parsed[key] = data;
      for (const { path, message } of error?.issues ?? [])
        payload.issues.push({ code: "custom", input, path: [key, ...path], message });
    }
    const keys: string[] = [];
    for (const key in input) if (!Object.hasOwn(schemas, key)) keys.push(key); // inherited keys, too
    if (keys.length > 0) {
      const message = params.error({ code: "unrecognized_keys", keys });
      // The other checks of the schema run all the same.
      payload.issues.push({ code: "custom", input, path: [], message, continue: true });
    }
    payload.value = parsed as T; // a parse with issues has no result
  });
}

function isObject(input: unknown): boolean {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

function remedyFor(required: readonly string[], optional: readonly string[]): string {
  if (required.length === 0) return `pass only ${listed(optional)}`;
  if (optional.length === 0) return `pass only ${listed(required)}`;
  return `pass an object with ${required.map(quoted).join(", ")} and optionally ${listed(optional)}`;
}

/** Names of keys in a sentence: `"min", "max" and "onLimit"`. */
export function listed(keys: readonly string[]): string {
  const all = keys.map(quoted);
  return [...all.splice(0, all.length - 2), all.join(" and ")].join(", ");
}

function quoted(key: string): string {
  return `"${key}"`;
}
