import { functionArn } from "@durable-counter/testing/service";
import { invalidMember, notFound } from "../api-error.ts";

/** A function and perhaps its version or alias. */
export interface FunctionReference {
  readonly name: string;
  readonly qualifier: string | undefined;
}

const REFERENCE =
  /^(?:arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\d{12}:function:|(?:\d{12}:)?function:)?(?<name>[\w-]+)(?::(?<qualifier>\$LATEST|[\w-]+))?$/u;

/** Reads what {@link functionReference} reads. Missing for a text that is none of these. */
export function readReference(text: string): FunctionReference | undefined {
  const { name, qualifier } = REFERENCE.exec(text)?.groups ?? {};
  return name === undefined ? undefined : { name, qualifier };
}

/**
 * Reads a name, a qualified name, or a full or partial ARN.
 *
 * @throws ApiError for a text that is none of these, or two different qualifiers
 */
export function functionReference(text: string, qualifier?: string): FunctionReference {
  const { name, qualifier: own } = readReference(text) ?? {};
  if (name === undefined) {
    throw invalidMember(text, "functionName", "Member must be a function name, a partial ARN or an ARN");
  }
  if (own !== undefined && qualifier !== undefined && own !== qualifier) {
    throw invalidMember(
      qualifier,
      "qualifier",
      `Member must equal the qualifier of the function name, '${own}'`,
    );
  }
  return { name, qualifier: own ?? qualifier };
}

/** The error for a function that does not exist. */
export function functionNotFound({ name, qualifier }: FunctionReference, known: Iterable<string>): Error {
  const arn = functionArn(name).replace(":$LATEST", qualifier === undefined ? "" : `:${qualifier}`);
  const names = Array.from(known).join(", ") || "none";
  return notFound(`Function not found: ${arn}. The emulator runs: ${names}.`);
}
