import { basename } from "node:path";
import { EmulatorKills } from "./emulator-kills.ts";
import { EmulatorProcess } from "./emulator-process.ts";
import type { SoakEnvironment } from "./environment.ts";
import { invocationsOf, stepsOf } from "./execution-record.ts";
import { machine, type SoakFigures } from "./figures.ts";
import { LambdaCalls } from "./lambda-calls.ts";
import { commandOf, type SoakOptions } from "./options.ts";
import { ownCounter } from "./own-counter.ts";
import { PaymentService } from "./payment-service.ts";
import { reservations } from "./reservations.ts";
import { sharedCounter } from "./shared-counter.ts";
import { SoakGroup } from "./soak-group.ts";
import type { Workload } from "./workload.ts";

/** How often the soak shows how far it is, in milliseconds. */
const PROGRESS_INTERVAL = 5_000;
/** No execution ends, and no process is killed, for so long: something hangs. In milliseconds. */
const HANG = 600_000;

/** Something happened that must never happen. */
class SoakError extends Error {
  override readonly name = "SoakError";
}

/** Executions that run while their processes, and the emulator itself, are killed. */
export class Soak {
  readonly #options: SoakOptions;
  readonly #environment: SoakEnvironment;
  readonly #say: (line: string) => void;
  readonly #workloads: readonly Workload[];
  readonly #emulator: EmulatorProcess;
  readonly #emulatorKills: EmulatorKills;
  readonly #groups = new Map<string, SoakGroup>();
  readonly #failed = Promise.withResolvers<never>();
  readonly #started = Date.now();
  #lastEvent = Date.now();
  #restart: Promise<void> = Promise.resolve();
  #next = 0;
  #ended = 0;
  #hasFailed = false;

  constructor(options: SoakOptions, environment: SoakEnvironment, say: (line: string) => void) {
    const { seed, killRate, kills, plant } = options;
    this.#options = options;
    this.#environment = environment;
    this.#say = say;
    this.#workloads = [ownCounter(seed), sharedCounter(seed, plant), reservations(seed)];
    this.#emulatorKills = new EmulatorKills(seed, kills);
    const { dataFile, envFile } = environment;
    const files = this.#workloads.map(({ file }) => file);
    this.#emulator = new EmulatorProcess({ files, dataFile, envFile, killRate, seed });
    this.#emulator.onFailure = (error) => this.#fail(error);
    this.#emulator.onKill = () => this.#onKill();
    this.#failed.promise.catch(() => undefined); // it may happen while nothing awaits it
  }

  /** @throws SoakError naming what is wrong */
  async run(): Promise<SoakFigures> {
    const { executions, seed } = this.#options;
    const endpoint = await this.#emulator.start();
    this.#say(`Seed ${seed}, ${this.#environment.engine}, emulator at ${endpoint}.`);
    const lambda = new LambdaCalls(endpoint, () => this.#emulator.serving());
    const payments = new PaymentService(lambda, (error) => this.#fail(error));
    const progress = setInterval(() => this.#showProgress(), PROGRESS_INTERVAL);
    const checked = async () => {
      await Promise.all(Array.from({ length: executions }, () => this.#work(lambda, payments)));
      await this.#restart;
      await this.#checkEverything(lambda);
    };
    try {
      await Promise.race([checked(), this.#failed.promise]);
      return this.#figures();
    } finally {
      this.#hasFailed = true; // no worker begins anything more
      clearInterval(progress);
      this.#showProgress();
      payments.stop();
      lambda.close();
      await this.#emulator.stop();
    }
  }

  /** Runs executions, one after another, until enough processes were killed. */
  async #work(lambda: LambdaCalls, payments: PaymentService): Promise<void> {
    while (this.#emulator.handlerKills < this.#options.kills && !this.#hasFailed) {
      const number = this.#next++;
      const workload = this.#workloads[number % this.#workloads.length] as Workload; // within
      const group = this.#groupOf(workload, number);
      await group.prepared;
      const functionName = nameOf(workload);
      const name = `soak-${number}`;
      const event = workload.event(number, group.number);
      const arn = await lambda.start(functionName, name, event);
      const answer = workload.answers?.(number);
      if (answer !== undefined) payments.expect(arn, answer);
      const ending = await lambda.ended(functionName, name, event);
      payments.forget(arn);
      const history = await lambda.history(arn);
      await group.ended({ name, event, ...ending, steps: stepsOf(history), ...invocationsOf(history) });
      this.#ended += 1;
      this.#lastEvent = Date.now();
    }
  }

  /** As many executions share their counters as run at a time. */
  #groupOf(workload: Workload, number: number): SoakGroup {
    const group = Math.floor(number / this.#options.executions);
    const key = `${nameOf(workload)} ${group}`;
    let found = this.#groups.get(key);
    if (found === undefined) {
      found = new SoakGroup(workload, group, this.#environment.store);
      this.#groups.set(key, found);
    }
    return found;
  }

  /** When all executions have ended, and all that dead processes have sent has arrived or is lost. */
  async #checkEverything(lambda: LambdaCalls): Promise<void> {
    const { network } = this.#environment;
    await this.#emulator.killAndRestart();
    network.disableFaults();
    await network.drain();
    const wrong: string[] = [];
    for (const group of this.#groups.values()) wrong.push(...(await group.contradictions()));
    for (const workload of this.#workloads) {
      const kept = await lambda.list(nameOf(workload));
      const ran = this.#recordsOf(workload);
      const isComplete = kept.length === ran.length && kept.every(({ status }) => status === "SUCCEEDED");
      if (isComplete) continue;
      wrong.push(`The data file has ${kept.length} executions of ${nameOf(workload)}; ${ran.length} ran.`);
    }
    if (wrong.length > 0) throw new SoakError(wrong.join("\n"));
  }

  #recordsOf(workload: Workload) {
    const groups = Array.from(this.#groups.values()).filter((group) => group.workload === workload);
    return groups.flatMap(({ records }) => records);
  }

  #onKill(): void {
    this.#lastEvent = Date.now();
    if (this.#hasFailed || !this.#emulatorKills.isDue(this.#emulator.handlerKills)) return;
    const restart = () => this.#emulator.killAndRestart();
    this.#restart = this.#restart.then(restart).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#hasFailed = true;
    this.#failed.reject(error);
  }

  #showProgress(): void {
    const { kills, handlerKills, restarts } = this.#emulator;
    const seconds = Math.round((Date.now() - this.#started) / 1_000);
    const elapsed = `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, "0")}`;
    const points = `${kills.checkpoint} checkpoint, ${kills.body} body, ${kills.reply} reply`;
    this.#say(
      `${elapsed}  ${handlerKills} of ${this.#options.kills} kills (${points}), ${restarts} of the emulator, ` +
        `${this.#ended} executions ended, ${this.#next - this.#ended} run`,
    );
    if (Date.now() - this.#lastEvent > HANG) {
      this.#fail(new SoakError(`Nothing has happened for ${HANG / 60_000} minutes.`));
    }
  }

  #figures(): SoakFigures {
    const groups = Array.from(this.#groups.values());
    const records = groups.flatMap((group) => group.records);
    const ran = this.#workloads.map((workload) => [nameOf(workload), this.#recordsOf(workload).length]);
    const { network, engine } = this.#environment;
    return {
      command: commandOf(this.#options),
      seed: this.#options.seed,
      engine,
      node: process.version,
      machine: machine(),
      executionsAtATime: this.#options.executions,
      seconds: Math.round((Date.now() - this.#started) / 1_000),
      kills: this.#emulator.kills,
      emulatorKills: this.#emulator.restarts,
      executions: Object.fromEntries(ran) as Record<string, number>, // as they were counted
      invocations: records.reduce((total, { invocations }) => total + invocations, 0),
      killedInvocations: records.reduce((total, { killedInvocations }) => total + killedInvocations, 0),
      operations: groups.reduce((total, group) => total + group.workload.operationsOf(group), 0),
      requests: network.requests,
      faults: network.faults,
    };
  }
}

/** As the emulator names the function of a file. */
function nameOf({ file }: Workload): string {
  return basename(file)
    .replace(/\.ts$/u, "")
    .replaceAll(/[^\w-]+/gu, "-");
}
