import type {
  DurableContextLogger,
  DurableLogger,
  DurableLoggingContext,
} from "@aws/durable-execution-sdk-js";
import type { FakeExecution } from "./fake-execution.ts";
import { frames } from "./frame.ts";

/** One line that a handler logged. */
export interface LogLine {
  readonly level: "DEBUG" | "INFO" | "WARN" | "ERROR";
  /** The arguments of the call. */
  readonly params: readonly unknown[];
  /** The id of the operation that logged it, as in `context.operations`. Missing in the handler itself. */
  readonly operationId?: string;
  readonly operationName?: string;
  /** Counts from 1. Present in steps and conditions. */
  readonly attempt?: number;
}

/** The default logger: it prints nothing and keeps every line. */
export class MemoryLogger implements DurableLogger {
  readonly lines: LogLine[] = [];
  #context: DurableLoggingContext | undefined;

  configureDurableLoggingContext(context: DurableLoggingContext): void {
    this.#context = context;
  }

  debug(...params: unknown[]): void {
    this.log("DEBUG", ...params);
  }

  info(...params: unknown[]): void {
    this.log("INFO", ...params);
  }

  warn(...params: unknown[]): void {
    this.log("WARN", ...params);
  }

  error(...params: unknown[]): void {
    this.log("ERROR", ...params);
  }

  log(level: LogLine["level"], ...params: unknown[]): void {
    const { operationId, operationName, attempt } = this.#context?.getDurableLogData() ?? {};
    this.lines.push({
      level,
      params,
      ...(operationId !== undefined && { operationId }),
      ...(operationName !== undefined && { operationName }),
      ...(attempt !== undefined && { attempt }),
    });
  }
}

/** What the SDK tells a logger about each line. */
export function loggingContextOf(execution: FakeExecution): DurableLoggingContext {
  return {
    getDurableLogData: () => {
      const { awsRequestId: requestId, tenantId } = execution.lambdaContext;
      const frame = frames.getStore();
      const { id, name, attempt } = frame?.execution === execution ? frame : {};
      return {
        executionArn: execution.arn,
        requestId,
        ...(tenantId !== undefined && { tenantId }),
        ...(id !== undefined && { operationId: id }),
        ...(name !== undefined && { operationName: name }),
        ...(attempt !== undefined && { attempt }),
      };
    },
  };
}

/** Builds `context.logger`. Its methods work without their object. */
export function bindLogger(logger: DurableLogger): DurableContextLogger<DurableLogger> {
  return {
    debug: (...params) => logger.debug(...params),
    info: (...params) => logger.info(...params),
    warn: (...params) => logger.warn(...params),
    error: (...params) => logger.error(...params),
    ...("log" in logger && { log: (level, ...params) => logger.log?.(level, ...params) }),
  };
}
