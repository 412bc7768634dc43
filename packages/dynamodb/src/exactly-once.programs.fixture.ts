import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { decrement, increment, isCounterError, set, type ApplyRequest } from "@durable-counter/core";
import { startsCompaction } from "./compaction.ts";
import { id, START, tableName } from "./exactly-once.schedule.fixture.ts";
import type { Process, Rig, SmallProgram } from "./exactly-once.small-program.fixture.ts";
import { fingerprint, keyAttribute } from "./idempotency-key.ts";
import { recordFraction } from "./idempotency-record.ts";
import type { Strategy } from "./store-options.ts";

/** A program of two senders of one key, and one rival with a key of its own. */
export interface Situation {
  readonly strategy: Strategy;
  /** Plain updates must keep away, because key items may record keys of the counter. By default false. */
  readonly isFenced?: boolean;
  /** Behind the fence, a list says which keys were moved: these are not among them. By default there is no list. */
  readonly isListed?: boolean;
  /** Who sends the key for the second time. By default another process. */
  readonly again?: "another process" | "the same process" | "the same process at the same time";
  /** The strategy of that other process. By default the same. */
  readonly strategyAgain?: Strategy;
  /** Under which names the two send. By default under none. */
  readonly callers?: "same" | "different";
  /** Whether the rival's write, if it comes first, lets the request be refused, or lets it pass. By default "takes". */
  readonly rival?: "takes" | "gives" | "none";
  readonly onLimit?: "clamp";
  /** Whether the request sets the counter's value after it took its 2. */
  readonly sets?: boolean;
  /** What happens beside: the rival compacts the counter's item, or another process deletes the counter. */
  readonly beside?: "removal of expired keys" | "move of keys" | "deletion";
  /** Whether the request itself is followed by a compaction, which moves keys of earlier requests. */
  readonly moves?: boolean;
  /** The clock moves on beyond the time for which a key is recorded, at any point; the key is sent with its time. */
  readonly expires?: boolean;
}

const KEYS = Array.from({ length: 500 }, (_, n) => `key-${n}`);
const [key = "", rivalKey = ""] = KEYS.filter((name) => !startsCompaction(keyAttribute(name)));
const [compactingKey = "", compactingRivalKey = ""] = KEYS.filter((name) =>
  startsCompaction(keyAttribute(name)),
);

const RETENTION_SECONDS = 600;
/** More than keys are kept beyond their retention period, and less than twice. */
const PAUSE_MS = (RETENTION_SECONDS + 430) * 1_000;
/** Enough for a move of keys, in as many transactions as can be. */
const MANY_KEYS = 97;

/** The request is to take 2 from the counter, which must not fall below 0, and perhaps to set its value then. */
export function programOf({
  strategy,
  isFenced = false,
  isListed = false,
  again = "another process",
  strategyAgain = strategy,
  callers,
  rival = "takes",
  onLimit = "reject" as never,
  sets = false,
  beside,
  moves = false,
  expires = false,
}: Situation): SmallProgram {
  // With nobody beside who takes from it, the counter would have enough for the request to count twice.
  const value = rival === "none" && moves ? 4 : rival === "gives" ? 1 : 2;
  const isCompacted = beside === "removal of expired keys" || beside === "move of keys" || expires;
  const request = (callerId: string): ApplyRequest => ({
    id,
    commands: sets ? [decrement(2), set(7), increment(1)] : [decrement(2)],
    idempotencyKey: moves ? compactingKey : key,
    ...(callers !== undefined && { callerId }),
    ...(expires && { issuedAt: START }),
  });
  const rivals: ApplyRequest = {
    id,
    commands: [rival === "gives" ? increment(1) : decrement(1)],
    idempotencyKey: isCompacted ? compactingRivalKey : rivalKey,
  };
  const first = request("a");
  const second = request(callers === "different" ? "b" : "a");
  const send = (process: Process, input: ApplyRequest) => () => process.ask("the request", input);
  return {
    rules: { value, limits: { min: 0, onLimit }, initial: 0, retentionSeconds: RETENTION_SECONDS },
    strategy,
    ...(expires && { pauseMs: PAUSE_MS }),
    start: async (rig) => {
      await putCounter(rig, {
        value,
        isFenced,
        isListed,
        expired: beside === "removal of expired keys" ? 1 : 0,
        live: beside === "move of keys" || moves ? MANY_KEYS : 0,
      });
      const one = rig.process("one");
      const other = rig.process("rival");
      const tasks: (() => Promise<unknown>)[] = [];
      if (rival !== "none") tasks.push(() => other.ask("the rival's request", rivals));
      if (again === "the same process") {
        tasks.push(async () => {
          const answer = await one.ask("the request", first);
          if (isCounterError(answer) && answer.retryable) await one.ask("the request", second);
        });
      } else {
        const two = again === "another process" ? rig.process("two", withStrategy(strategyAgain)) : one;
        tasks.push(send(one, first), send(two, second));
      }
      if (beside === "deletion") tasks.push(rig.process("deletion").delete);
      return tasks;
    },
    // At last somebody finds out what became of it.
    end: async (rig) => {
      const answer = await rig.process("last").ask("the request", second);
      if (isCounterError(answer) && answer.retryable) throw answer;
    },
  };
}

function withStrategy(strategy: Strategy) {
  return { idempotency: { strategy, retentionSeconds: RETENTION_SECONDS } };
}

interface Counter {
  readonly value: number;
  readonly isFenced: boolean;
  readonly isListed: boolean;
  /** How many keys of earlier requests it has that are expired, and that are live. */
  readonly expired: number;
  readonly live: number;
}

async function putCounter(
  { calm }: Rig,
  { value, isFenced, isListed, expired, live }: Counter,
): Promise<void> {
  const seconds = START / 1_000;
  const recordedKey = (name: string, expiresAt: number) => [
    keyAttribute(name),
    { N: recordFraction({ expiresAt, fingerprint: fingerprint([increment(0)]) }) },
  ];
  const keys = [
    ...Array.from({ length: expired }, (_, n) => recordedKey(`expired-${n}`, seconds - 1_000)),
    ...Array.from({ length: live }, (_, n) => recordedKey(`live-${n}`, seconds + 300 + n)),
  ];
  const Item = {
    id: { S: id },
    sk: { S: "value" },
    value: { N: String(value) },
    ...(isFenced && { fence: { N: String(seconds + RETENTION_SECONDS) } }),
    ...(isFenced && isListed && { moved: { S: `${seconds + RETENTION_SECONDS}:___;` } }),
    ...Object.fromEntries(keys),
  };
  await calm.send(new PutItemCommand({ TableName: tableName, Item }));
}
