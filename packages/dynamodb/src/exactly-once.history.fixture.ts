import { AsyncLocalStorage } from "node:async_hooks";
import { CreateTableCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { isCounterError, type ApplyRequest, type CounterStore } from "@durable-counter/core";
import { createSimulatedDynamoDB, type Message } from "@durable-counter/testing/dynamodb";
import { PROCESSES, REQUESTS, type Fate, type History } from "./exactly-once.random-history.fixture.ts";
import { Referee } from "./exactly-once.referee.fixture.ts";
import { fingerprint, keyAttribute } from "./idempotency-key.ts";
import { recordFraction } from "./idempotency-record.ts";
import { createDynamoDBCounterStore } from "./index.ts";
import { counterTableInput } from "./table-input.ts";

const id = "a";
const tableName = "counters";
const START = Date.UTC(2026, 0, 1);
/** A call of a client that gives up after five seconds ends well within this time. */
const LONGEST_CALL_MS = 60_000;

interface Process {
  readonly name: string;
  readonly store: CounterStore;
  readonly now: () => number;
  isAlive: boolean;
  frozenUntil: number;
}

/** What came of a history. */
export interface HistoryOutcome {
  readonly violations: readonly string[];
  /** What happened, in words. */
  readonly trace: readonly string[];
}

/** Runs a history; the same history always runs in the same way. */
export async function runHistory(history: History): Promise<HistoryOutcome> {
  const { transactions, onLimit, retentionSeconds, aheadSeconds, maxAttempts } = history;
  const strategy = transactions || history.strategy === "auto" ? history.strategy : "inline";
  const initial = 4;
  const limits = { min: 0, max: 16, onLimit };
  const referee = new Referee({ limits, initial, retentionSeconds });
  const actor = new AsyncLocalStorage<Process>();
  const trace: string[] = [];
  const ending = new AbortController();
  let isCalm = false;
  let messages = 0;

  const fail = (error: unknown) => void referee.violations.push(String(error));
  const db = createSimulatedDynamoDB({
    seed: 0,
    startAt: START,
    transactions,
    onRequest: (message) => {
      pass(message, actor.getStore(), messages++).catch(fail);
    },
  });
  const note = (text: string) => void trace.push(`${db.clock.now() - START} ms: ${text}`);

  const pass = async (message: Message, process: Process | undefined, n: number) => {
    if (process?.isAlive === false) return;
    const call = referee.caller;
    if (call !== undefined && WRITES.has(message.operation)) call.attempts += 1;
    const { kind, lateMs } = (isCalm || process === undefined ? undefined : history.fates[n]) ?? DELIVERED;
    const text = `${message.operation} ${n} of ${process?.name ?? "the end"}`;
    let hasArrived = false;
    const execute = () => {
      const status = message.execute();
      note(`${text} is executed: ${status}`);
      referee.executed(call, message, status, hasArrived);
      hasArrived = true;
    };
    const toClient = async (tell: () => void) => {
      await db.clock.sleep(1 + (n % 7));
      for (let frozen = leftOf(process); frozen > 0; frozen = leftOf(process)) await db.clock.sleep(frozen);
      if (process?.isAlive !== false && !message.isSettled) tell();
    };
    const leftOf = (who: Process | undefined) => (who?.frozenUntil ?? 0) - db.clock.now();
    if (kind !== "delivered") note(`${text}: ${kind}`);
    await db.clock.sleep(1 + ((n * 3) % 5));
    if (kind === "request lost") return;
    if (kind === "reset before") return toClient(() => message.reset());
    if (kind === "late") await db.clock.sleep(lateMs);
    execute();
    if (kind === "reply lost") return;
    if (kind === "reset after") return toClient(() => message.reset());
    if (kind === "twice") db.clock.sleep(lateMs).then(execute).catch(fail);
    await toClient(() => message.reply());
  };

  const startProcess = (name: string, ahead: number): Process => {
    const now = () => db.clock.now() + ahead * 1_000;
    const process: Process = {
      name,
      now,
      isAlive: true,
      frozenUntil: 0,
      store: createDynamoDBCounterStore({
        client: db.client({ maxAttempts, requestTimeout: 5_000 }),
        tableName,
        limits,
        initial,
        now,
        sleep: (ms) => sleep(process, ms),
        random: () => db.random(),
        timeoutMs: 900_000, // of real time, which has no meaning here
        idempotency: { strategy, retentionSeconds },
      }),
    };
    return process;
  };
  /** Never ends for a process that dies. */
  const sleep = async (process: Process, ms: number) => {
    await db.clock.sleep(ms);
    for (
      let left = process.frozenUntil - db.clock.now();
      left > 0;
      left = process.frozenUntil - db.clock.now()
    )
      await db.clock.sleep(left);
    if (!process.isAlive) await new Promise(() => {});
  };
  let started = 0;
  const restart = (process: number) =>
    startProcess(`process ${process}.${++started}`, aheadSeconds[process] ?? 0);

  const calm = db.client();
  await calm.send(new CreateTableCommand(counterTableInput(tableName)));
  if (history.liveKeys > 0) await calm.send(new PutItemCommand(itemWithKeys(history.liveKeys, initial)));

  const firstSent = new Map<string, number>();
  const senders = new Map<string, number>();
  const isWithinRetention = (name: string) =>
    db.clock.now() < (firstSent.get(name) ?? Infinity) + retentionSeconds * 1_000 - LONGEST_CALL_MS;
  /** Whether the guarantee covers another call with a request: who does not say when it was issued must not be late. */
  const mayStillSend = ({ name, keeps }: (typeof REQUESTS)[number]) =>
    !firstSent.has(name) || keeps === "key and time" || (keeps === "key" && isWithinRetention(name));
  const send = async (
    process: Process,
    { name, keeps, commands, idempotencyKey }: (typeof REQUESTS)[number],
    callerId: string | undefined,
    retriesAfterMs: readonly number[],
  ) => {
    firstSent.set(name, firstSent.get(name) ?? Math.floor(db.clock.now()));
    senders.set(name, (senders.get(name) ?? 0) + 1);
    let request: ApplyRequest = {
      id,
      commands,
      ...(keeps !== "nothing" && { idempotencyKey, callerId }),
      ...(keeps === "key and time" && { issuedAt: firstSent.get(name) }),
    };
    for (const waitMs of [...retriesAfterMs, Infinity]) {
      note(`${process.name} sends ${name} by ${callerId ?? "no caller"}`);
      const answer = await actor.run(process, () =>
        referee.ask(process.store, name, process.name, request, { now: process.now, signal: ending.signal }),
      );
      note(`${process.name} is told of ${name}: ${isCounterError(answer) ? answer.code : answer.value}`);
      if (!isCounterError(answer) || !answer.retryable || waitMs === Infinity) return;
      if (answer.code === "outcome-unknown") {
        const { idempotencyKey, issuedAt } = answer.details as { idempotencyKey: string; issuedAt: number };
        request = { ...request, idempotencyKey, issuedAt };
      }
      await sleep(process, waitMs);
      // Of several senders, none knows the time of the first.
      if (senders.get(name) !== 1 && keeps === "key" && !isWithinRetention(name)) return;
    }
  };

  const processes = Array.from({ length: PROCESSES }, (_, n) => restart(n));
  for (const next of history.events) {
    await db.clock.sleep(next.afterMs);
    const process = processes[next.process] as Process;
    if (next.kind === "freeze") process.frozenUntil = db.clock.now() + next.forMs;
    if (next.kind === "die") {
      note(`${process.name} dies`);
      process.isAlive = false;
      processes[next.process] = restart(next.process);
    }
    if (next.kind === "delete") {
      note(`${process.name} deletes the counter`);
      actor.run(process, () => process.store.delete(id)).catch(() => {});
    }
    if (next.kind !== "send") continue;
    const request = REQUESTS[next.request] as (typeof REQUESTS)[number];
    if (!mayStillSend(request)) continue;
    const sender = next.isFresh ? restart(next.process) : process;
    send(sender, request, next.callerId, next.retriesAfterMs).catch(fail);
  }
  // Everything arrives, and everybody is answered.
  await db.clock.untilIdle();
  isCalm = true;
  for (const request of REQUESTS.filter(({ name }) => firstSent.has(name)).filter(mayStillSend))
    await send(restart(0), request, "the last", []);
  await db.clock.untilIdle();
  const last = startProcess("the end", 0);
  referee.judgeValue(await last.store.get(id, { consistent: true }));
  for (const { name, process, told } of referee.calls) {
    if (process.startsWith("process 0.") && told === "unknown" && isLast(process)) {
      referee.violations.push(`Request ${name} cannot be settled.`);
    }
  }
  ending.abort(); // The calls of dead processes would wait for their real time limit.
  return { violations: referee.violations, trace };

  function isLast(process: string): boolean {
    return referee.calls.some((call) => call.process === process && call.request.callerId === "the last");
  }
}

const DELIVERED: Fate = { kind: "delivered", lateMs: 0 };
const WRITES = new Set(["UpdateItem", "TransactWriteItems"]);

function itemWithKeys(count: number, value: number) {
  const seconds = START / 1_000;
  const record = (n: number) => ({
    N: recordFraction({ expiresAt: seconds + 300 + n, fingerprint: fingerprint([]) }),
  });
  const keys = Array.from({ length: count }, (_, n) => [keyAttribute(`live-${n}`), record(n)]);
  const Item = {
    id: { S: id },
    sk: { S: "value" },
    value: { N: String(value) },
    ...Object.fromEntries(keys),
  };
  return { TableName: tableName, Item };
}
