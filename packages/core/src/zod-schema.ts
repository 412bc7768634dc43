import * as z from "zod/mini";
import { inputIssue, unknownKeys, type InputIssue, type Parser } from "./parser.ts";

/** The zod schema that accepts what a parser accepts, with the same messages: for schemas of which it is a part. */
export function zodSchema<T>(parse: Parser<T>): z.ZodMiniCustom<T, T> {
  return z.custom<T>().check((payload) => {
    const input = payload.value;
    const issues: InputIssue[] = [];
    payload.value = parse(input, issues);
    for (const { path, message } of issues)
      payload.issues.push({ code: "custom", input, path: [...path], message });
  });
}

/**
 * Gives a zod schema the error message that `parseInput` expects: what the value is, and what to pass instead.
 *
 * @param remedy an imperative, such as `pass a whole number`
 */
export function withRemedy(remedy: string): { error: (issue: Issue) => string } {
  return {
    error: ({ code, input, keys = [] }) => {
      const { message } =
        code === "unrecognized_keys" ? unknownKeys(keys, remedy) : inputIssue(input, remedy);
      return message;
    },
  };
}

/** The fields of a zod issue that the message needs. */
interface Issue {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly keys?: readonly string[] | undefined;
}
