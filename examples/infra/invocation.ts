import { handlers } from "./handlers.ts";

/** A handler, and the event to invoke it with. */
export interface InvocationRequest {
  /** The beginning of exactly one handler's file name: `03`. */
  readonly handler: string;
  readonly eventFile: string;
  /** The file that is sent, if it is another one. */
  readonly payloadFile?: string;
  /** The content of the event file. */
  readonly event: string;
  /** The file that the AWS CLI writes the answer to. */
  readonly answerFile: string;
  /** Outputs by stack, as `cdk deploy --outputs-file` writes them. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The names that Lambda accepts for an execution. */
const EXECUTION_NAME = /^[\w-]{1,64}$/u;

/** Seconds a synchronous invocation of a durable function may take; the AWS CLI would hang up after 60. */
const READ_TIMEOUT = "900";

/**
 * The arguments for the AWS CLI that invoke a deployed handler by its alias: a durable function can only be invoked by
 * version or alias. The event's idempotency key also names the execution. If the same event is sent again, Lambda
 * answers with the first execution's result, for as long as Lambda retains it.
 *
 * @throws TypeError for a name that does not match exactly one handler, or an event that is not JSON
 */
export function invocation({
  handler,
  eventFile,
  payloadFile = eventFile,
  event,
  answerFile,
  outputs,
}: InvocationRequest): string[] {
  const [known, another] = handlers.filter(({ file }) => file.startsWith(handler));
  if (known === undefined || another !== undefined) {
    const files = handlers.map(({ file }) => file).join(", ");
    throw new TypeError(`"${handler}" does not begin the name of exactly one handler; they are ${files}.`);
  }
  const arn = Object.values(outputs).find((stack) => `${known.id}Arn` in stack)?.[`${known.id}Arn`];
  if (arn === undefined) throw new TypeError(`${known.file} is not deployed yet; run pnpm run deploy.`);
  const name = known.isDurable ? executionName(known.id, keyOf(event, eventFile)) : undefined;
  const named = name === undefined ? [] : ["--durable-execution-name", name];
  const payload = `fileb://${payloadFile}`; // version 2 of the CLI takes "file://" for base64
  return [
    "lambda",
    "invoke",
    "--function-name",
    arn,
    "--payload",
    payload,
    ...named,
    "--cli-read-timeout",
    READ_TIMEOUT,
    answerFile,
  ];
}

function keyOf(event: string, eventFile: string): unknown {
  try {
    return (JSON.parse(event) as { idempotencyKey?: unknown } | null)?.idempotencyKey; // checked by executionName
  } catch (error) {
    throw new TypeError(`${eventFile} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
}

/** When events were sent for the first time, in milliseconds since 1970, by their idempotency keys. */
export type FirstSent = Readonly<Record<string, number>>;

/**
 * Adds to an event with an idempotency key when it was first sent. A store counts an event again that arrives after the
 * retention period of its key, unless the event says how old it is.
 *
 * @param now in milliseconds since 1970
 */
export function withIssuedAt(
  event: string,
  firstSent: FirstSent,
  now: number,
): { readonly event: string; readonly firstSent: FirstSent } {
  const content = JSON.parse(event) as {
    readonly idempotencyKey?: unknown;
    readonly issuedAt?: unknown;
  } | null;
  const { idempotencyKey, issuedAt } = content ?? {};
  if (typeof idempotencyKey !== "string" || issuedAt !== undefined) return { event, firstSent };
  const since = firstSent[idempotencyKey] ?? now;
  return {
    event: JSON.stringify({ ...content, issuedAt: since }),
    firstSent: { ...firstSent, [idempotencyKey]: since },
  };
}

/** Names are unique in an account, not in a function. */
function executionName(id: string, idempotencyKey: unknown): string | undefined {
  const name = `${id}-${idempotencyKey}`;
  return typeof idempotencyKey === "string" && EXECUTION_NAME.test(name) ? name : undefined;
}
