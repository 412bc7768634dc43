import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Message } from "@durable-counter/testing/dynamodb";
import type { Call } from "./exactly-once.call.fixture.ts";

const FATES = ["deliver", "lose-reply", "lose-request", "duplicate"] as const;

/** A message of a schedule. */
export interface Sent {
  readonly process: string;
  readonly number: number;
  readonly sentAt: number;
  readonly call: Call | undefined;
  readonly message: Message;
  /** Whether the engine has seen it, and whether it has carried it out. */
  hasArrived: boolean;
  hasSucceeded: boolean;
}

export const READS = new Set(["GetItem", "Query", "Scan"]);
/** What makes each record of a refusal different. */
export const NONCE = /((?:reject|clamp)\/[\w,*-]*\/)([0-9a-f]{8})(?=")/gu;

export const TEXTS: Readonly<Record<(typeof FATES)[number], string>> = {
  deliver: "is executed and answered",
  "lose-reply": "is executed, and its reply is lost",
  "lose-request": "is lost, or held up",
  duplicate: "is executed and answered, and a copy is held up",
};

/** A read changes nothing: it makes no difference whether the read itself or its reply is lost, or comes twice. */
export function fatesOf({ message }: Sent, mayFail: boolean): readonly (typeof FATES)[number][] {
  if (!mayFail) return ["deliver"];
  return READS.has(message.operation) ? ["deliver", "lose-reply"] : FATES;
}

/** A transaction that was carried out is not carried out again, however often it arrives. */
export function mayMatterLate({ message, hasSucceeded }: Sent): boolean {
  return message.operation !== "TransactWriteItems" || !hasSucceeded;
}

export function nameOf({ process, number, message }: Sent): string {
  return `${message.operation} ${number} of ${process}`;
}

/** Notes whatever a client is answered. */
export function listen({ config: { requestHandler } }: DynamoDBClient, note: (text: string) => void): void {
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = async (...args) => {
    try {
      const reply = await handle(...args);
      note(`${reply.response.statusCode} ${Buffer.from(reply.response.body as Uint8Array).toString()}`);
      return reply;
    } catch (error) {
      note(String(error));
      throw error;
    }
  };
}
