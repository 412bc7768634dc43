import { UpdateItemCommand, type UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import type { Limits } from "@durable-counter/core";
import { itemKey, itemThatRefused, readItem, stampOf, type CounterKey, type Item } from "./counter-item.ts";
import { attributes } from "./table.ts";
import { stampFraction, stampText } from "./token-stamp.ts";
import { isItemFull, translateError } from "./translate-error.ts";

/** Add to whatever is there; or, where limits clamp, become a value worked out from one that must still be there. */
export type Change =
  { readonly add: bigint } | { readonly become: number; readonly from: number; readonly clampedTo: Limits };

/** One conditional update: what it does to the value, and the values before for which it may. */
export interface CountingWrite {
  readonly change: Change;
  /** The values before that may be written over. */
  readonly between: readonly [lowest: bigint, highest: bigint];
  /** Whether it may create the counter, starting at `initial`. */
  readonly mayCreate: boolean;
  readonly initial: number;
  readonly now: () => number;
  readonly token: string;
  readonly tokenAttribute: string;
  readonly expiresAt: number;
  readonly fingerprint: string;
}

export type CountingOutcome =
  | { readonly applied: true; readonly before: number; readonly item: Item }
  /** `full`: not its condition refused the write, but DynamoDB, for the item would be larger than an item may be. */
  | { readonly applied: false; readonly full: boolean; readonly item: Item };

/**
 * Counts and remembers the token in one write. Every operand of an update is read before the item changes, so the
 * token's attribute keeps the value before.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 *
 * @param whole asks for the whole item after the write, not for the written attributes alone
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function countingWrite(
  key: CounterKey,
  write: CountingWrite,
  whole: boolean,
): Promise<CountingOutcome> {
  const command = new UpdateItemCommand({
    ...updateInput(key, write),
    ReturnValues: whole ? "ALL_NEW" : "UPDATED_NEW",
  });
  const attempts = watchAttempts(command, () => write.now() < write.expiresAt * 1000);
  try {
    const { Attributes: item = {} } = await key.client.send(command);
    const before = stampOf(item, write.tokenAttribute)?.before;
    if (before === undefined)
      throw new TypeError("DynamoDB did not return the attribute it was asked to write");
    return { applied: true, before, item };
  } catch (error) {
    const item = await itemThatRefused(error, key);
    if (item !== undefined) return { applied: false, full: false, item };
    if (isItemFull(error))
      return { applied: false, full: true, item: await readItem(key, { consistent: true }) };
    const { tableName, id: counterId } = key;
    throw translateError(error, { tableName, counterId, token: write.token, wrote: true, attempts });
  }
}

function updateInput({ tableName, id }: CounterKey, write: CountingWrite): UpdateItemCommandInput {
  const { change, between, mayCreate, initial, tokenAttribute } = write;
  const inRange = "#value BETWEEN :lowest AND :highest";
  const before = "if_not_exists(#value, :initial)";
  return {
    TableName: tableName,
    Key: itemKey(id),
    ConditionExpression: `attribute_not_exists(#token) AND ${
      mayCreate ? `(attribute_not_exists(#value) OR ${inRange})` : inRange
    }`,
    ...("add" in change
      ? {
          UpdateExpression: `SET #value = ${before} + :change, #token = ${before} + :stamp`,
          ExpressionAttributeValues: {
            ...range(between),
            ":initial": { N: String(initial) },
            ":change": { N: String(change.add) },
            ":stamp": { N: stampFraction(write) },
          },
        }
      : {
          UpdateExpression: "SET #value = :value, #token = :stamp",
          ExpressionAttributeValues: {
            ...range(between),
            ":value": { N: String(change.become) },
            ":stamp": { S: stampText({ ...write, before: change.from, clampedTo: change.clampedTo }) },
          },
        }),
    ExpressionAttributeNames: { "#value": attributes.value, "#token": tokenAttribute },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}

function range([lowest, highest]: CountingWrite["between"]) {
  return { ":lowest": { N: String(lowest) }, ":highest": { N: String(highest) } };
}

/**
 * The errors of every attempt the AWS SDK makes for a command. It retries by itself and reports the last error only;
 * a reply that an earlier attempt lost would go unnoticed, and "throttled" would then claim that nothing was written.
 *
 * @param mayTryAgain whether the token is still remembered for certain: an attempt after that could count twice
 */
function watchAttempts(command: UpdateItemCommand, mayTryAgain: () => boolean): readonly unknown[] {
  const errors: unknown[] = [];
  command.middlewareStack.add(
    (next) => async (args) => {
      if (errors.length > 0 && !mayTryAgain()) throw new LateAttempt();
      try {
        return await next(args);
      } catch (error) {
        errors.push(error);
        throw error;
      }
    },
    { step: "deserialize", priority: "high", name: "watchAttempts" },
  );
  return errors;
}

/** The AWS SDK would have sent a write again after its token's window. */
class LateAttempt extends Error {
  override readonly name = "LateAttempt";

  constructor() {
    super("The first attempt took longer than its token is remembered.");
  }
}
