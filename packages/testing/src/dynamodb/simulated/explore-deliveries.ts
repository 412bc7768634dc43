import { formatValue } from "../../format-value.ts";
import type { Message } from "./message.ts";
import {
  createSimulatedDynamoDB,
  type SimulatedDynamoDB,
  type SimulatedDynamoDBOptions,
} from "./simulated-dynamodb.ts";

/** How to explore. */
export interface ExploreDeliveriesOptions {
  /** How many messages of a run may be lost or duplicated. By default 1. */
  readonly maxFaults?: number | undefined;
  /** How many schedules are run at most. By default 10,000. */
  readonly maxSchedules?: number | undefined;
  /** Just this one, as a failure names it. */
  readonly schedule?: string | undefined;
  /** Of the simulated DynamoDB. */
  readonly dynamodb?: Pick<SimulatedDynamoDBOptions, "startAt" | "transactions"> | undefined;
}

/** What a program is given, anew for each schedule. */
export interface DeliveryContext {
  readonly db: SimulatedDynamoDB;
  /**
   * Runs tasks at the same time, once per program. What becomes of their messages is explored; messages before and
   * after are delivered. Resolves when all tasks have ended and no message is under way any more.
   */
  readonly run: (tasks: readonly (() => Promise<unknown>)[]) => Promise<void>;
}

/** What came of an exploration. */
export interface DeliveryExploration {
  /** How many schedules were run. */
  readonly schedules: number;
  /** Whether these are all there are. */
  readonly exhaustive: boolean;
  /** The first failure of each error message. */
  readonly failures: readonly {
    readonly error: unknown;
    /** What happened, in words. */
    readonly steps: readonly string[];
    /** To pass as `schedule`, to run it again. */
    readonly schedule: string;
  }[];
}

const FATES = {
  deliver: "is delivered and answered",
  "lose-reply": "is delivered, and its reply is lost",
  "lose-request": "is lost, or held up",
  duplicate: "is delivered and answered, and a copy is held up",
  late: "arrives late",
} as const;
type Fate = keyof typeof FATES;

interface Choice {
  readonly fate: Fate;
  readonly message: Message;
}

/**
 * Runs a program under every order in which its messages can be delivered, and every fate that each can meet: it is
 * answered, its reply is lost, it is lost for good, it arrives late, it arrives twice.
 *
 * A client goes on as soon as its message has met its fate; an answer that came later would be the same as a next
 * message that came later. The program is run from scratch for each schedule and must run on promises alone; it checks
 * by throwing.
 */
export async function exploreDeliveries(
  program: (context: DeliveryContext) => Promise<void>,
  { maxFaults = 1, maxSchedules = 10_000, schedule, dynamodb = {} }: ExploreDeliveriesOptions = {},
): Promise<DeliveryExploration> {
  const failures = new Map<string, DeliveryExploration["failures"][number]>();
  const unexplored: (readonly number[])[] = [schedule === undefined ? [] : schedule.split(".").map(Number)];
  let schedules = 0;
  for (;;) {
    const prefix = unexplored.pop();
    if (prefix === undefined) break;
    if (schedules === maxSchedules) return { schedules, exhaustive: false, failures: [...failures.values()] };
    schedules += 1;
    const { taken, options, steps, error } = await runOnce(program, prefix, maxFaults, dynamodb);
    if (error !== undefined) {
      const name = error instanceof Error ? `${error.name}: ${error.message}` : formatValue(error);
      if (!failures.has(name)) failures.set(name, { error, steps, schedule: taken.join(".") });
    }
    if (schedule !== undefined) break;
    for (let depth = prefix.length; depth < options.length; depth++) {
      for (let choice = 1; choice < (options[depth] ?? 0); choice++) {
        unexplored.push([...taken.slice(0, depth), choice]);
      }
    }
  }
  return { schedules, exhaustive: schedule === undefined, failures: [...failures.values()] };
}

async function runOnce(
  program: (context: DeliveryContext) => Promise<void>,
  prefix: readonly number[],
  maxFaults: number,
  dynamodb: NonNullable<ExploreDeliveriesOptions["dynamodb"]>,
) {
  const taken: number[] = [];
  const options: number[] = [];
  const steps: string[] = [];
  let waiting: Message[] | undefined; // undefined outside of run
  const late = new Set<Message>();
  let faults = 0;

  const deliver = (message: Message) => {
    message.execute();
    message.reply();
  };
  const db = createSimulatedDynamoDB({
    ...dynamodb,
    seed: 0,
    onRequest: (message) => {
      if (waiting === undefined) deliver(message);
      else waiting.push(message);
    },
  });

  const choicesNow = (messages: readonly Message[], haveEnded: boolean): Choice[] => {
    const fates: Fate[] =
      faults < maxFaults ? ["deliver", "lose-reply", "lose-request", "duplicate"] : ["deliver"];
    const onTime = messages.flatMap((message) => fates.map((fate) => ({ fate, message })));
    const behind = [...late].map((message) => ({ fate: "late" as const, message }));
    // When all have ended, what is late may arrive, or never does: the first choice.
    return haveEnded ? behind : [...onTime, ...behind];
  };

  const meet = ({ fate, message }: Choice) => {
    steps.push(`Request ${message.number}, ${message.operation}, ${FATES[fate]}.`);
    if (waiting?.includes(message) === true) waiting.splice(waiting.indexOf(message), 1);
    late.delete(message);
    if (fate === "late") message.execute();
    else if (fate !== "deliver") faults += 1;
    if (fate === "deliver" || fate === "duplicate") deliver(message);
    if (fate === "lose-reply") message.execute();
    if (fate === "lose-reply" || fate === "lose-request") message.reset();
    if (fate === "lose-request" || fate === "duplicate") late.add(message);
  };

  const choose = (count: number): number => {
    const choice = prefix[taken.length] ?? 0;
    if (choice >= count)
      throw new RangeError(`The schedule does not fit: step ${taken.length + 1} has ${count} choices.`);
    taken.push(choice);
    options.push(count);
    return choice;
  };

  const run = async (tasks: readonly (() => Promise<unknown>)[]) => {
    waiting = [];
    let running = tasks.length;
    const ended = tasks.map((task) => task().finally(() => (running -= 1)));
    const all = Promise.all(ended);
    all.catch(() => {}); // Awaited below, when no message is under way any more.
    for (;;) {
      await db.clock.untilIdle();
      const choices = choicesNow(waiting, running === 0);
      if (running > 0 && choices.length === 0)
        throw new Error("The tasks wait for something that is no message.");
      if (choices.length === 0) break;
      const index = choose(choices.length + (running === 0 ? 1 : 0)) - (running === 0 ? 1 : 0);
      const choice = choices[index];
      if (choice === undefined) break;
      meet(choice);
    }
    waiting = undefined;
    await all;
  };

  try {
    await program({ db, run });
    return { taken, options, steps, error: undefined };
  } catch (error) {
    return { taken, options, steps, error };
  }
}
