import { crc32 } from "node:zlib";
import type { Reply } from "./upstream.ts";

/** Says which request of which run it was, wherever an error of ours comes up. */
export interface Trace {
  readonly seed: number;
  /** From 1, in order of arrival. */
  readonly request: number;
}

/** The service failed: 500 `InternalServerError`. */
export function serverError(trace: Trace): Reply {
  return errorReply(500, "InternalServerError", "Internal server error", trace);
}

/** The table has no capacity left: 400 `ProvisionedThroughputExceededException`. */
export function throttled(trace: Trace): Reply {
  return errorReply(
    400,
    "ProvisionedThroughputExceededException",
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing your " +
      "provisioning level with the UpdateTable API.",
    trace,
  );
}

const ONGOING = "Transaction is ongoing for the item";

/**
 * Another transaction is under way on the item: 400 `TransactionConflictException`; on one of the items of a
 * transaction: 400 `TransactionCanceledException`.
 *
 * @param chance says which item, from 0 to below 1
 */
export function conflicted(operation: string, body: Buffer, chance: number, trace: Trace): Reply {
  if (!operation.startsWith("Transact")) {
    return errorReply(400, "TransactionConflictException", ONGOING, trace);
  }
  const items = itemsOf(body);
  const busy = Math.floor(chance * items);
  const reasons = Array.from({ length: items }, (_, item) =>
    item === busy ? { Code: "TransactionConflict", Message: ONGOING } : { Code: "None" },
  );
  return errorReply(
    400,
    "TransactionCanceledException",
    "Transaction cancelled, please refer cancellation reasons for specific reasons " +
      `[${reasons.map(({ Code }) => Code).join(", ")}]`,
    trace,
    { CancellationReasons: reasons },
  );
}

/** How many items a transaction has: at least one, or the engine would refuse it. */
function itemsOf(body: Buffer): number {
  const { TransactItems = [{}] } = JSON.parse(body.toString()) as { TransactItems?: readonly unknown[] };
  return TransactItems.length;
}

function errorReply(
  status: number,
  name: string,
  message: string,
  { seed, request }: Trace,
  more: object = {},
): Reply {
  const body = Buffer.from(
    JSON.stringify({
      __type: `com.amazonaws.dynamodb.v20120810#${name}`,
      message: `${message} (faulty network: request ${request} of seed ${seed})`,
      ...more,
    }),
  );
  return {
    status,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-requestid": `seed-${seed}-request-${request}`,
      "x-amz-crc32": String(crc32(body)),
    },
    body,
  };
}
