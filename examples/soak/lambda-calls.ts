import { setTimeout as sleep } from "node:timers/promises";
import {
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackSuccessCommand,
  type Event,
} from "@aws-sdk/client-lambda";

/** More than the calls that are under way at a time: each execution holds one until it has ended. */
const MAX_SOCKETS = 2_000;
/** Between a call without an answer and the next attempt, in milliseconds. */
const PAUSE = 50;

/** How an execution ended, as its caller sees it. */
export interface Ending {
  /** JSON. */
  readonly payload: string;
  readonly functionError: string | undefined;
}

/** Lambda's API on an emulator that is killed now and then: calls without an answer are sent again, when it serves again. */
export class LambdaCalls {
  readonly #client: LambdaClient;
  readonly #serving: () => Promise<unknown>;

  /** @param serving resolves when the emulator serves */
  constructor(endpoint: string, serving: () => Promise<unknown>) {
    this.#serving = serving;
    this.#client = new LambdaClient({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts: 1,
      requestHandler: { httpAgent: { maxSockets: MAX_SOCKETS } },
    });
  }

  /** Starts an execution, or finds the one with that name. @returns its ARN */
  async start(functionName: string, executionName: string, event: object): Promise<string> {
    const { DurableExecutionArn = "" } = await this.#invoke(functionName, executionName, event, "Event");
    return DurableExecutionArn;
  }

  /** Waits for the end of an execution, as a caller does who invokes the function with the same name and event. */
  async ended(functionName: string, executionName: string, event: object): Promise<Ending> {
    const { Payload, FunctionError } = await this.#invoke(
      functionName,
      executionName,
      event,
      "RequestResponse",
    );
    return { payload: Payload?.transformToString() ?? "", functionError: FunctionError };
  }

  async history(arn: string): Promise<readonly Event[]> {
    const events: Event[] = [];
    let Marker: string | undefined;
    do {
      const request = { DurableExecutionArn: arn, IncludeExecutionData: true, MaxItems: 1_000, Marker };
      const page = await this.#untilAnswered(() =>
        this.#client.send(new GetDurableExecutionHistoryCommand(request)),
      );
      events.push(...(page.Events ?? []));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    return events;
  }

  /** The name, the ARN and the status of every execution of a function. */
  async list(functionName: string) {
    const found: { readonly name: string; readonly arn: string; readonly status: string }[] = [];
    let Marker: string | undefined;
    do {
      const request = { FunctionName: functionName, MaxItems: 1_000, Marker };
      const page = await this.#untilAnswered(() =>
        this.#client.send(new ListDurableExecutionsByFunctionCommand(request)),
      );
      for (const { DurableExecutionName, DurableExecutionArn, Status } of page.DurableExecutions ?? []) {
        found.push({
          name: DurableExecutionName ?? "",
          arn: DurableExecutionArn ?? "",
          status: Status ?? "",
        });
      }
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    return found;
  }

  /** Completes or fails a callback. One that has ended stays as it is. */
  async answer(CallbackId: string, isSuccess: boolean): Promise<void> {
    try {
      await this.#untilAnswered<unknown>(() =>
        isSuccess
          ? this.#client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: "paid" }))
          : this.#client.send(new SendDurableExecutionCallbackFailureCommand({ CallbackId })),
      );
    } catch (error) {
      if ((error as Error).name !== "CallbackTimeoutException") throw error; // the SDK throws errors
    }
  }

  close(): void {
    this.#client.destroy();
  }

  #invoke(functionName: string, executionName: string, event: object, type: "Event" | "RequestResponse") {
    const request = {
      FunctionName: `${functionName}:1`,
      DurableExecutionName: executionName,
      InvocationType: type,
      Payload: JSON.stringify(event),
    };
    return this.#untilAnswered(() => this.#client.send(new InvokeCommand(request)));
  }

  async #untilAnswered<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.#serving();
      try {
        return await call();
      } catch (error) {
        const { $metadata } = error as { $metadata?: { httpStatusCode?: number } }; // of an error of the SDK
        const status = $metadata?.httpStatusCode;
        if (status !== undefined && status < 500) throw error;
        await sleep(PAUSE);
      }
    }
  }
}
