import type { ErrorObject } from "@durable-counter/testing/service";

/** Tells a process to invoke its handler. All but the first four are members of Lambda's context. */
export interface InvokeMessage {
  /** JSON. */
  readonly event: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly traceId: string;
  readonly tenantId?: string | undefined;
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** What a process tells the emulator. */
export type HostMessage =
  /** The handler is loaded. It is wrapped if its file has passed another function to `withDurableExecution`. */
  | { readonly type: "ready"; readonly isWrapped: boolean }
  | { readonly type: "not-loaded"; readonly error: ErrorObject }
  | { readonly type: "returned"; readonly value: string | undefined }
  | { readonly type: "threw"; readonly error: ErrorObject }
  /** The process is about to exit. */
  | { readonly type: "fatal"; readonly error: ErrorObject };
