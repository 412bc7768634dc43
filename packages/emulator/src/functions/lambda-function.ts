import type { ErrorObject } from "@durable-counter/testing/service";

/** One invocation of a function, as the service makes it. */
export interface InvocationRequest {
  /** JSON. */
  readonly event: string;
  readonly requestId: string;
  /** With its qualifier. */
  readonly functionArn: string;
  readonly tenantId?: string | undefined;
  /** For the log: the execution that the invocation belongs to. */
  readonly executionArn?: string | undefined;
}

/** How an invocation ended. */
export type InvocationEnding =
  /** The handler returned. The value is JSON, or undefined where JSON has none. */
  | { readonly kind: "returned"; readonly value: string | undefined }
  /** The handler threw, or its file could not be loaded. */
  | { readonly kind: "threw"; readonly error: ErrorObject }
  /** The process has ended: by itself, out of time or memory, or because it was killed. */
  | { readonly kind: "crashed"; readonly error: ErrorObject; readonly wasKilled: boolean };

/** An invocation that is running. */
export interface RunningInvocation {
  /** Never rejects. */
  readonly ended: Promise<InvocationEnding>;
  /** Kills the process that runs it. */
  kill(): void;
}

/** A function that can be invoked, such as a pool of processes. */
export interface LambdaFunction {
  readonly name: string;
  invoke(request: InvocationRequest): RunningInvocation;
  /** Ends all its processes. */
  stop(): Promise<void>;
}
