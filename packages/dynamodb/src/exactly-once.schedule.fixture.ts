import { hash } from "node:crypto";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { Referee } from "./exactly-once.referee.fixture.ts";
import {
  fatesOf,
  listen,
  mayMatterLate,
  nameOf,
  NONCE,
  READS,
  TEXTS,
  type Sent,
} from "./exactly-once.sent.fixture.ts";
import type { Rig, SmallProgram } from "./exactly-once.small-program.fixture.ts";
import { createDynamoDBCounterStore } from "./index.ts";
import { counterTableInput } from "./table-input.ts";

export const id = "a";
export const tableName = "counters";

/** The limit of a call is real time, which has no meaning here. */
const MAX_CALL_MS = 900_000;

/** When every schedule begins, in milliseconds since 1970. */
export const START = Date.UTC(2026, 0, 1);

/** AWS refuses the signature of a request that is older. */
const MAX_FLIGHT_MS = 300_000;

interface Choice {
  readonly text: string;
  readonly isFault?: boolean;
  readonly take: () => Promise<void>;
}

/** What came of one schedule. */
export interface ScheduleRun {
  /** The choices that were made: which of how many, from which state. The last state is where the run was left. */
  readonly taken: readonly number[];
  readonly counts: readonly number[];
  readonly states: readonly string[];
  /** The same in words. */
  readonly steps: readonly string[];
  readonly violations: readonly string[];
}

/**
 * Runs a program under one schedule: the choices of the prefix, then always the first. From a state that is known it is
 * left.
 */
export async function runSchedule(
  program: SmallProgram,
  prefix: readonly number[],
  maxFaults: number,
  isKnown: (state: string) => boolean,
): Promise<ScheduleRun> {
  const taken: number[] = [];
  const counts: number[] = [];
  const states: string[] = [];
  const steps: string[] = [];
  const { rules } = program;
  const referee = new Referee(rules, rules.value);
  let waiting: Sent[] = [];
  const late = new Set<Sent>();
  const written: string[] = [];
  const answered = new Map<string, string[]>();
  const numbers = new Map<string, number>();
  const nonces = new Map<string, string>();
  const ending = new AbortController();
  let isExploring = false;
  let faults = 0;
  let pauses = program.pauseMs === undefined ? 0 : 1;

  const normalised = (text: string) =>
    text.replaceAll(NONCE, (_, begin: string, nonce: string) => begin + (nonces.get(nonce) ?? nonce));
  const execute = (sent: Sent) => {
    const status = sent.message.execute();
    const { operation, input } = sent.message;
    referee.executed(sent.call, sent.message, status, sent.hasArrived);
    sent.hasArrived = true;
    if (status !== 200 || READS.has(operation)) return;
    // The second time, a transaction is recognised by its token.
    if (operation !== "TransactWriteItems" || !sent.hasSucceeded)
      written.push(normalised(JSON.stringify({ ...input, ClientRequestToken: undefined })));
    sent.hasSucceeded = true;
  };
  const db = createSimulatedDynamoDB({
    seed: 0,
    startAt: START,
    onRequest: (message) => {
      const call = referee.caller;
      const process = call?.process ?? "other";
      const number = (numbers.get(process) ?? 0) + 1;
      numbers.set(process, number);
      const sent: Sent = {
        process,
        number,
        sentAt: db.clock.now(),
        call,
        message,
        hasArrived: false,
        hasSucceeded: false,
      };
      if (call !== undefined && !READS.has(message.operation)) call.attempts += 1;
      for (const [, , nonce = ""] of JSON.stringify(message.input).matchAll(NONCE))
        if (!nonces.has(nonce)) nonces.set(nonce, `nonce-${process}-${number}`);
      if (isExploring) return void waiting.push(sent);
      execute(sent);
      message.reply();
    },
  });
  const calm = db.client({ maxAttempts: 1, requestTimeout: Infinity });
  await calm.send(new CreateTableCommand(counterTableInput(tableName)));

  const process: Rig["process"] = (name, options = {}) => {
    const client = db.client({ maxAttempts: 1, requestTimeout: Infinity });
    const log: string[] = [];
    answered.set(name, log);
    listen(client, (text) => log.push(`${db.clock.now()} ${normalised(text)}`));
    const now = () => db.clock.now();
    const store = createDynamoDBCounterStore({
      client,
      tableName,
      now,
      sleep: (ms) => db.clock.sleep(ms),
      timeoutMs: MAX_CALL_MS,
      random: () => 0, // Schedules decide who comes first, so nobody has to wait.
      initial: rules.initial,
      ...(rules.limits !== undefined && { limits: rules.limits }),
      idempotency: { strategy: program.strategy, retentionSeconds: rules.retentionSeconds },
      ...options,
    });
    return {
      ask: (request, input) => referee.ask(store, request, name, input, { now, signal: ending.signal }),
      delete: () => store.delete(id).catch(() => undefined),
    };
  };
  const rig: Rig = { db, referee, calm, process };

  const choicesOf = (running: number): Choice[] => {
    const onTime = waiting.flatMap((sent) =>
      fatesOf(sent, faults < maxFaults).map((fate): Choice => ({
        text: `${nameOf(sent)} ${TEXTS[fate]}`,
        isFault: fate !== "deliver",
        take: async () => {
          waiting = waiting.filter((other) => other !== sent);
          if (fate !== "lose-request") execute(sent);
          if ((fate === "lose-request" || fate === "duplicate") && mayMatterLate(sent)) late.add(sent);
          if (fate === "deliver" || fate === "duplicate") sent.message.reply();
          else sent.message.reset();
        },
      })),
    );
    const behind = [...late].map((sent): Choice => ({
      text: `${nameOf(sent)} arrives late`,
      take: async () => {
        late.delete(sent);
        execute(sent);
      },
    }));
    const pause: Choice = {
      text: `${program.pauseMs} ms pass`,
      take: async () => {
        pauses -= 1;
        await db.clock.sleep(program.pauseMs ?? 0);
        for (const sent of [...waiting, ...late]) {
          if (db.clock.now() - sent.sentAt <= MAX_FLIGHT_MS) continue;
          late.delete(sent);
          if (!waiting.includes(sent)) continue;
          waiting = waiting.filter((other) => other !== sent);
          sent.message.reset();
        }
      },
    };
    if (running > 0) return [...onTime, ...behind, ...(pauses > 0 ? [pause] : [])];
    return [{ text: "What is late never arrives", take: async () => late.clear() }, ...behind];
  };
  const stateNow = () => {
    const underWay = [...waiting, ...late].map((sent) => [
      nameOf(sent),
      late.has(sent),
      sent.hasArrived,
      sent.hasSucceeded,
      sent.sentAt,
    ]);
    const parts = [
      db.clock.now(),
      faults,
      pauses,
      [...answered],
      written,
      underWay.map((sent) => JSON.stringify(sent)).toSorted(),
      referee.state,
      referee.violations,
    ];
    return hash("sha1", JSON.stringify(parts), "base64");
  };

  const tasks = await program.start(rig);
  isExploring = true;
  let running = tasks.length;
  const ended = Promise.all(tasks.map((task) => task().finally(() => (running -= 1))));
  ended.catch(() => {}); // Awaited below, unless the run is left before.
  for (;;) {
    await db.clock.untilIdle();
    if (running === 0 && late.size === 0) break;
    const choices = choicesOf(running);
    if (choices.length === 0) throw new Error("The tasks wait for something that is no message.");
    const state = stateNow();
    states.push(state);
    if (taken.length >= prefix.length && isKnown(state)) {
      ending.abort(); // Nobody awaits the calls of a run that is left.
      return { taken, counts, states, steps, violations: [] };
    }
    const index = prefix[taken.length] ?? 0;
    const choice = choices[index];
    if (choice === undefined)
      throw new RangeError(
        `The schedule does not fit: step ${taken.length + 1} has ${choices.length} choices.`,
      );
    taken.push(index);
    counts.push(choices.length);
    steps.push(`${choice.text}.`);
    if (choice.isFault === true) faults += 1;
    await choice.take();
  }
  await ended;
  isExploring = false;
  await program.end?.(rig);
  referee.judgeValue(
    await createDynamoDBCounterStore({ client: calm, tableName, initial: rules.initial }).get(id, {
      consistent: true,
    }),
  );
  return { taken, counts, states, steps, violations: referee.violations };
}
