import { randomUUID } from "node:crypto";
import {
  errorObjectOf,
  functionArn,
  InvocationFailures,
  readOutput,
  type ExecutionEnd,
  type InvokeOutcome,
  type OperationUpdate,
} from "@durable-counter/testing/service";
import type { InvocationEnding, RunningInvocation } from "../functions/lambda-function.ts";
import type { KillPoint } from "./chaos.ts";
import { CheckpointSession, type CheckpointAnswer } from "./checkpoint-session.ts";
import type { ExecutionEnvironment } from "./execution-environment.ts";
import type { ExecutionStart, JournalEntry } from "./journal.ts";
import { RecordedExecution } from "./recorded-execution.ts";

/** The longest pause before a function that keeps crashing is invoked again, in milliseconds. */
const MAX_PAUSE = 30_000;

/** An execution that runs, or has run, in this emulator: it is invoked until it is closed. */
export class Execution {
  readonly recorded: RecordedExecution;
  readonly #env: ExecutionEnvironment;
  readonly #session: CheckpointSession;
  readonly #failures = new InvocationFailures();
  readonly #onEnded = new Set<(end: ExecutionEnd) => void>();
  #invocation: RunningInvocation | undefined;
  #isStopped = false;
  #isScheduled = false;
  #crashes = 0;
  #checkpoints = 0;

  constructor(start: ExecutionStart, env: ExecutionEnvironment, journal: readonly JournalEntry[] = []) {
    this.#env = env;
    this.#session = new CheckpointSession(`${env.tokenPrefix}-${start.startedAt}`);
    this.recorded = new RecordedExecution(start, env.clock, (timer) =>
      this.#record({ kind: "timer", at: env.clock.now, timer }),
    );
    for (const entry of journal) this.recorded.apply(entry);
    this.recorded.state.takeChanges();
  }

  get arn(): string {
    return this.recorded.start.arn;
  }

  /** Whether a process works on it right now. */
  get isRunning(): boolean {
    return this.#invocation !== undefined;
  }

  /** Begins, or continues what an emulator with the same data file has begun. */
  goLive(): void {
    const { start, state, clock } = this.recorded;
    if (this.recorded.isClosed) return;
    if (state.largeResult !== undefined)
      return this.#end({ status: "SUCCEEDED", result: state.largeResult.payload });
    // Not before: what happens while the function is not served is written down only.
    this.recorded.onExternalEvent = () => this.#invokeSoon();
    clock.at(start.startedAt + start.timeoutSeconds * 1_000, () => this.#timeOut());
    clock.goLive();
    for (const update of this.recorded.openInvokes) this.#invokeChained(update);
    this.#invokeSoon();
  }

  /** Ends the work on it, without an effect on its state. */
  stop(): void {
    this.#isStopped = true;
    this.recorded.clock.pause();
    this.#invocation?.kill();
  }

  /** Resolves when the execution has ended. */
  ended(): Promise<ExecutionEnd> {
    const { end } = this.recorded;
    return end === undefined ? new Promise((resolve) => this.#onEnded.add(resolve)) : Promise.resolve(end);
  }

  /**
   * Applies the updates of a checkpoint call.
   *
   * @throws ServiceError for a used token, or an update that the service refuses
   */
  checkpoint(
    token: string,
    clientToken: string | undefined,
    updates: readonly OperationUpdate[],
  ): CheckpointAnswer | "killed" {
    const repeated = this.#session.repeated(token, clientToken);
    if (repeated !== undefined) return repeated;
    this.#session.check(token);
    if (this.#env.chaos?.strikes("checkpoint") === true) return this.#killed("checkpoint");
    if (updates.length > 0) {
      this.#checkpoints += 1;
      this.#record({ kind: "checkpoint", at: this.#env.clock.now, updates });
      for (const update of updates) if (update.Type === "CHAINED_INVOKE") this.#invokeChained(update);
    }
    if (this.#env.chaos?.strikes("reply") === true) return this.#killed("reply");
    this.#mayKillLater();
    const { state } = this.recorded;
    return this.#session.answer(token, clientToken, state.takeChanges(), state.largeResult !== undefined);
  }

  /** @throws ServiceError for a used token */
  read(...request: Parameters<CheckpointSession["read"]>): ReturnType<CheckpointSession["read"]> {
    return this.#session.read(...request);
  }

  /** Writes down what has happened outside of the function, and goes on from there. */
  happened(entry: JournalEntry & { readonly kind: "timer" | "callback" | "heartbeat" }): void {
    this.#record(entry);
  }

  /** Stops the execution, as StopDurableExecution does. */
  abort(error: InvokeOutcome["error"]): void {
    this.#end({ status: "STOPPED", error: error ?? { ErrorMessage: "The execution was stopped." } });
  }

  /** Kills the process that works on it. @returns whether there was one */
  kill(): boolean {
    const isRunning = this.isRunning;
    this.#invocation?.kill();
    return isRunning;
  }

  #record(entry: JournalEntry): void {
    if (this.recorded.isClosed || this.#isStopped) return;
    // What is refused throws here, and is not written.
    this.recorded.apply(entry);
    this.#env.store?.append(this.arn, entry);
    this.#env.onChange(this);
  }

  #invokeSoon(pause = 0): void {
    if (this.#isScheduled || this.isRunning || this.recorded.isClosed || this.#isStopped) return;
    this.#isScheduled = true;
    const invoke = () => {
      this.#isScheduled = false;
      this.#invoke().catch((error: unknown) => this.#env.fatal(error));
    };
    if (pause === 0) queueMicrotask(invoke);
    else this.recorded.clock.at(this.#env.clock.now + pause, invoke);
  }

  async #invoke(): Promise<void> {
    if (this.isRunning || this.recorded.isClosed || this.#isStopped) return;
    const { start, state } = this.recorded;
    const requestId = randomUUID();
    const startedAt = this.#env.clock.now;
    const checkpointsBefore = this.#checkpoints;
    const UpdatedOperationIds = state.takeChanges().flatMap(({ Id }) => Id ?? []);
    const { token, firstPage } = this.#session.begin(state.resume());
    this.#invocation = this.#env.invoke(start.functionName, {
      event: JSON.stringify({
        DurableExecutionArn: this.arn,
        CheckpointToken: token,
        UpdatedOperationIds,
        InitialExecutionState: firstPage,
      }),
      requestId,
      functionArn: functionArn(start.functionName),
      tenantId: start.tenantId,
      executionArn: this.arn,
    });
    this.#env.onChange(this);
    this.#mayKillLater();
    const ending = await this.#invocation.ended;
    this.#invocation = undefined;
    this.#session.end();
    if (this.#checkpoints > checkpointsBefore) {
      this.#failures.progressed();
      this.#crashes = 0;
    }
    const error = ending.kind === "returned" ? undefined : ending.error;
    this.#record({ kind: "invocation-ended", at: this.#env.clock.now, requestId, startedAt, error });
    this.#conclude(ending);
  }

  #conclude(ending: InvocationEnding): void {
    if (this.recorded.isClosed || this.#isStopped) return;
    const { largeResult } = this.recorded.state;
    if (largeResult !== undefined) return this.#end({ status: "SUCCEEDED", result: largeResult.payload });
    switch (ending.kind) {
      case "crashed":
        if (!ending.wasKilled) this.#crashes += 1;
        return this.#invokeSoon(this.#crashes < 2 ? 0 : Math.min(500 * 2 ** (this.#crashes - 1), MAX_PAUSE));
      case "threw":
        if (this.#failures.threw()) return this.#end({ status: "FAILED", error: ending.error });
        return this.#invokeSoon();
      case "returned":
        return this.#applyOutput(ending.value);
    }
  }

  #applyOutput(value: string | undefined): void {
    let output;
    try {
      output = readOutput(value === undefined ? undefined : JSON.parse(value));
    } catch (error) {
      return this.#end({ status: "FAILED", error: errorObjectOf(error) });
    }
    if (output.status !== "PENDING") return this.#end(output);
    // What has happened since the last checkpoint call, the function has not heard of.
    if (this.recorded.state.hasChanges) this.#invokeSoon();
  }

  #end(end: ExecutionEnd): void {
    if (this.recorded.isClosed || this.#isStopped) return;
    this.#record({ kind: "ended", at: this.#env.clock.now, ...end });
    this.recorded.clock.pause();
    this.#invocation?.kill();
    for (const onEnded of this.#onEnded) onEnded(end);
    this.#onEnded.clear();
  }

  #timeOut(): void {
    const { timeoutSeconds } = this.recorded.start;
    const ErrorMessage = `The execution did not end within ${timeoutSeconds} seconds.`;
    this.#end({ status: "TIMED_OUT", error: { ErrorMessage } });
  }

  #invokeChained({ Id: id = "", Payload: payload, ChainedInvokeOptions }: OperationUpdate): void {
    const { FunctionName: functionName = "", TenantId: tenantId } = ChainedInvokeOptions ?? {};
    const parent = this.recorded.start;
    this.#env
      .invokeChained({ parent, id, functionName, payload, tenantId })
      .then((outcome) => this.#record({ kind: "invoke-ended", at: this.#env.clock.now, id, outcome }))
      .catch((error: unknown) => this.#env.fatal(error));
  }

  #mayKillLater(): void {
    const { chaos, clock } = this.#env;
    const invocation = this.#invocation;
    if (invocation === undefined || chaos?.strikes("body") !== true) return;
    // If the invocation has ended by then, its process may work on another execution.
    clock.at(clock.now + chaos.delay(), () => this.#invocation === invocation && this.#killed("body"));
  }

  #killed(at: KillPoint): "killed" {
    if (this.#invocation && this.#env.chaos?.kill(this.#invocation) === true) this.#env.onKill(this, at);
    return "killed";
  }
}
