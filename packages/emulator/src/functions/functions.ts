import { isUnexpectedPayload } from "@durable-counter/testing/service";
import { functionNotFound, type FunctionReference } from "./function-reference.ts";
import type {
  InvocationEnding,
  InvocationRequest,
  LambdaFunction,
  RunningInvocation,
} from "./lambda-function.ts";

/** The functions of an emulator, by name. Which of them are durable turns out when they are invoked. */
export class Functions {
  readonly #functions: ReadonlyMap<string, LambdaFunction>;
  readonly #kinds = new Map<string, "plain" | "durable">();

  constructor(functions: Iterable<LambdaFunction>) {
    this.#functions = new Map(Array.from(functions, (each) => [each.name, each]));
  }

  get names(): Iterable<string> {
    return this.#functions.keys();
  }

  /** @throws ApiError if there is no such function */
  find(reference: FunctionReference): LambdaFunction {
    const found = this.#functions.get(reference.name);
    if (found === undefined) throw functionNotFound(reference, this.names);
    return found;
  }

  invoke(name: string, request: InvocationRequest): RunningInvocation {
    return this.find({ name, qualifier: undefined }).invoke(request);
  }

  /**
   * Invokes a function that may be a plain one. A durable function refuses the event before any code of its handler runs,
   * and tells by it that it is durable.
   *
   * @returns how a plain function ended, or "durable"
   */
  async invokePlain(name: string, request: InvocationRequest): Promise<InvocationEnding | "durable"> {
    if (this.#kinds.get(name) === "durable") return "durable";
    const ending = await this.invoke(name, request).ended;
    const isDurable = ending.kind === "threw" && isUnexpectedPayload(ending.error.ErrorMessage);
    if (isDurable || ending.kind === "returned") this.#kinds.set(name, isDurable ? "durable" : "plain");
    return isDurable ? "durable" : ending;
  }

  /** Whether the function is known to be durable or plain. */
  kindOf(name: string): "plain" | "durable" | undefined {
    return this.#kinds.get(name);
  }

  /** Forgets which functions are durable: their code has changed. */
  reloaded(): void {
    this.#kinds.clear();
  }

  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#functions.values(), (each) => each.stop()));
  }
}
