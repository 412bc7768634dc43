import { handlers } from "./handlers.ts";

/** What to invoke, and with what. */
export interface InvocationRequest {
  /** How the handler's file begins, and no other: `03`. */
  readonly handler: string;
  readonly eventFile: string;
  /** What the event file holds. */
  readonly event: string;
  /** Where the answer goes. */
  readonly answerFile: string;
  /** What `cdk deploy --outputs-file` wrote: outputs by stack. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What Lambda accepts as the name of an execution. */
const EXECUTION_NAME = /^[\w-]{1,64}$/u;

/** Seconds a synchronous invocation of a durable function may take; the AWS CLI would hang up after 60. */
const READ_TIMEOUT = "900";

/**
 * The arguments by which the AWS CLI invokes a deployed handler, by its alias: a durable function can only be invoked
 * by version or alias. The event's idempotency key also names the execution, so that the same event sent again is answered from
 * the first one, for as long as Lambda retains it.
 *
 * @throws TypeError for a handler that there is not, or not only one, or an event that is no JSON
 */
export function invocation({ handler, eventFile, event, answerFile, outputs }: InvocationRequest): string[] {
  const [known, another] = handlers.filter(({ file }) => file.startsWith(handler));
  if (known === undefined || another !== undefined) {
    const files = handlers.map(({ file }) => file).join(", ");
    throw new TypeError(`"${handler}" does not begin the name of exactly one handler; they are ${files}.`);
  }
  const arn = Object.values(outputs).find((stack) => `${known.id}Arn` in stack)?.[`${known.id}Arn`];
  if (arn === undefined) throw new TypeError(`${known.file} is not deployed yet; run pnpm run deploy.`);
  const name = known.isDurable ? executionName(known.id, keyOf(event, eventFile)) : undefined;
  const named = name === undefined ? [] : ["--durable-execution-name", name];
  const payload = `fileb://${eventFile}`; // as it is; "file://" would be taken for base64 by version 2 of the CLI
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
    return (JSON.parse(event) as { idempotencyKey?: unknown } | null)?.idempotencyKey; // whatever it is, it is looked at
  } catch (error) {
    throw new TypeError(`${eventFile} is no JSON: ${(error as Error).message}.`, { cause: error });
  }
}

/** Names are unique in an account, not in a function. */
function executionName(id: string, idempotencyKey: unknown): string | undefined {
  const name = `${id}-${idempotencyKey}`;
  return typeof idempotencyKey === "string" && EXECUTION_NAME.test(name) ? name : undefined;
}
