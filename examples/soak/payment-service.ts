import { callbacksOf } from "./execution-record.ts";
import type { LambdaCalls } from "./lambda-calls.ts";

/** How often it looks for open callbacks, in milliseconds. */
const INTERVAL = 1_000;

/** Answers the callbacks of executions, as a payment service does. It finds them in the histories, so that none is missed. */
export class PaymentService {
  readonly #lambda: LambdaCalls;
  readonly #onError: (error: Error) => void;
  readonly #open = new Map<string, boolean>();
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  /** @param onError called with an error that is no lost answer */
  constructor(lambda: LambdaCalls, onError: (error: Error) => void) {
    this.#lambda = lambda;
    this.#onError = onError;
    this.#timer = setInterval(() => this.#look(), INTERVAL);
  }

  /** Answers the callbacks of an execution, until {@link forget}. */
  expect(arn: string, isSuccess: boolean): void {
    this.#open.set(arn, isSuccess);
  }

  forget(arn: string): void {
    this.#open.delete(arn);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#answerAll()
      .catch((error: unknown) => this.#onError(error as Error)) // the SDK throws errors
      .finally(() => {
        this.#isLooking = false;
      });
  }

  async #answerAll(): Promise<void> {
    for (const [arn, isSuccess] of this.#open) {
      for (const id of callbacksOf(await this.#lambda.history(arn))) {
        await this.#lambda.answer(id, isSuccess);
        this.#open.delete(arn);
      }
    }
  }
}
