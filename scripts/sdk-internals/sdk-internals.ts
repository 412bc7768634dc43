/** Something of the durable SDK that no documentation promises, and on which this repository depends. */
export interface SdkInternal {
  /** What the SDK does or has. */
  readonly what: string;
  /** The code that depends on it; no other file below `packages` does. */
  readonly usedIn: readonly string[];
  /** How that code is found. */
  readonly code: RegExp;
  /** The test that fails when an SDK no longer does it: `pnpm test:versions` runs it with the oldest and the newest. */
  readonly detectedBy: { readonly file: string; readonly test: string };
}

const TESTING = "packages/testing/src";
const DURABLE = "packages/durable/src";

/**
 * All of them. When `pnpm test:versions` fails with a new SDK, begin here. What the SDK exports or documents is not listed.
 */
export const SDK_INTERNALS: readonly SdkInternal[] = [
  {
    what: "The private field `_stepPrefix` of a context is the position of the context in its execution.",
    usedIn: [`${DURABLE}/context-path.ts`, `${TESTING}/fake-context/in-memory-context.ts`],
    code: /\b_stepPrefix\b/u,
    detectedBy: {
      file: `${DURABLE}/sdk-contexts.test.ts`,
      test: "the SDK keeps the path of every context where it is looked for",
    },
  },
  {
    what: "Each context has an `executionContext` object of its own, which stays the same behind a proxy.",
    usedIn: [`${DURABLE}/operation-name.ts`],
    code: /namesInUse\.get\(executionContext\)/u,
    detectedBy: {
      file: `${DURABLE}/sdk-contexts.test.ts`,
      test: "each context of the SDK has names of its own",
    },
  },
  {
    what: "All contexts of an invocation share one `lambdaContext` object.",
    usedIn: [`${DURABLE}/operation-quota.ts`],
    code: /lambdaContext \?\? executionContext/u,
    detectedBy: {
      file: `${DURABLE}/sdk-contexts.test.ts`,
      test: "the contexts of an invocation share their Lambda context",
    },
  },
  {
    what: "An event of the class `DurableExecutionInvocationInputWithClient` is recognised by its shape, its client is read from the property `durableExecutionClient`, and the class leaves out `UpdatedOperationIds`.",
    usedIn: [`${TESTING}/simulator/invocation.ts`],
    code: /"durableExecutionClient"/u,
    detectedBy: {
      file: `${TESTING}/simulator/simulate.test.ts`,
      test: "works with the CommonJS copy of the SDK",
    },
  },
  {
    what: "The id of an operation is the beginning of the MD5 of its position.",
    usedIn: [`${TESTING}/service/operation-positions.ts`],
    code: /hash\("md5", position\)/u,
    detectedBy: {
      file: `${TESTING}/simulator/simulate.test.ts`,
      test: "shows operations in start order, with their positions",
    },
  },
  {
    what: "An event that is not the service's is refused before the handler runs, with this text.",
    usedIn: [`${TESTING}/service/invoked-function.ts`],
    code: /Unexpected payload provided to start the durable execution/u,
    detectedBy: {
      file: `${TESTING}/crashes/explore-crashes.exhaustive.test.ts`,
      test: "refuses a handler that is not wrapped",
    },
  },
  {
    what: "The SDK does not wait for an event in the last second of an invocation.",
    usedIn: [`${TESTING}/simulator/sdk-time.ts`],
    code: /MIN_REMAINING = 1_000/u,
    detectedBy: { file: `${TESTING}/simulator/simulate.test.ts`, test: "a year passes at once" },
  },
  {
    what: "The SDK suspends 20 ms after it has nothing to run, and sets a timer for an event that is due within the invocation.",
    usedIn: [`${TESTING}/simulator/sdk-time.ts`],
    code: /ASK_AFTER = 100/u,
    detectedBy: {
      file: `${TESTING}/simulator/simulate.test.ts`,
      test: "retries while another body waits for the retry",
    },
  },
  {
    what: "A refusal of the service is recognised by its name, `$fault` and `$metadata.httpStatusCode`.",
    usedIn: [`${TESTING}/service/service-error.ts`, `${TESTING}/simulator/execution-registry.ts`],
    code: /\$fault = "client"/u,
    detectedBy: {
      file: `${TESTING}/simulator/service-client.test.ts`,
      test: "invokes again after an error of the service, and fails after a refusal",
    },
  },
  {
    what: "The text of a stale token, in the service's capitalisation, fails the execution; an SDK that ends the invocation instead is the better one, and the test says so.",
    usedIn: [`${TESTING}/service/checkpoint-tokens.ts`],
    code: /Invalid checkpoint token/u,
    detectedBy: {
      file: `${TESTING}/simulator/service-client.test.ts`,
      test: "a live invocation with a used token fails its execution with SDK 2.4.0, as on the service",
    },
  },
  {
    what: "The SDK builds its state by `operations.map(…).reduce(…)`, reads `Type`, `Name`, `SubType` and then `Status` of an operation, and parses the input last.",
    usedIn: [`${TESTING}/replay/watched-state.ts`],
    code: /isWatched = true/u,
    detectedBy: {
      file: `${TESTING}/replay/same-code.exhaustive.test.ts`,
      test: "reports every operation whose name differs, except a waitForCondition",
    },
  },
  {
    what: "The error of an operation that differs from the history begins with this text, and a misuse of contexts with another.",
    usedIn: [`${TESTING}/replay/current-operation.ts`, `${TESTING}/crashes/differences.ts`],
    code: /Non-deterministic execution detected/u,
    detectedBy: {
      file: `${TESTING}/replay/same-code.exhaustive.test.ts`,
      test: "reports every operation whose name differs, except a waitForCondition",
    },
  },
  {
    what: "The error of an operation that differs names its position and what the code does, in this sentence.",
    usedIn: [`${TESTING}/replay/current-operation.ts`],
    code: /mismatch for step "/u,
    detectedBy: {
      file: `${TESTING}/replay/same-code.exhaustive.test.ts`,
      test: "reports every operation whose name differs, except a waitForCondition",
    },
  },
  {
    what: "The message of an error that ends the execution begins with its class in brackets.",
    usedIn: [`${TESTING}/replay/replay-run.ts`, `${TESTING}/replay/ending-difference.ts`],
    code: /\\\[Unrecoverable /u,
    detectedBy: {
      file: `${TESTING}/replay/failed-bodies.test.ts`,
      test: "another operation in the place of a failed one",
    },
  },
  {
    what: "Instead of a large result of map or parallel, the SDK stores a summary that begins with its type.",
    usedIn: [`${TESTING}/replay/recorded-operations.ts`],
    code: /\(Map\|Parallel\)Result/u,
    detectedBy: {
      file: `${TESTING}/replay/large-results.test.ts`,
      test: "whose result is too large to be stored",
    },
  },
  {
    what: "Of its own errors the SDK keeps the name, the message and `errorData` through every boundary.",
    usedIn: [`${DURABLE}/restore-counter-error.ts`],
    code: /new StepError\(/u,
    detectedBy: {
      file: `${DURABLE}/errors.test.ts`,
      test: "of the durable SDK: a function of the one invokes a handler of the other",
    },
  },
  {
    what: "The behaviour of operations that `FakeContext` imitates: error classes, batch results, serdes, order, retries, abandoned bodies.",
    usedIn: [`${TESTING}/fake-context/in-memory-context.ts`],
    code: /class InMemoryContext/u,
    detectedBy: {
      file: `${TESTING}/fake-context/fake-context.differential.integration.test.ts`,
      test: "has the same result, error and operations as the real SDK on the simulator",
    },
  },
];
