import type {
  DurableContextLogger,
  DurableLogger,
  DurableLoggingContext,
} from "@aws/durable-execution-sdk-js";
import type { FakeExecution } from "./fake-execution.ts";
import { frames } from "./frame.ts";

/** One line a handler logged, and where. */
export interface LogLine {
  readonly level: "DEBUG" | "INFO" | "WARN" | "ERROR";
  /** What the logger was called with. */
  readonly params: readonly unknown[];
  /** The operation it was logged in, as in `context.operations`; missing in the handler itself. */
  readonly operationId?: string;
  readonly operationName?: string;
  /** Counts from 1, in steps and conditions. */
  readonly attempt?: number;
}

/** The logger where a test brings none: it prints nothing and remembers everything. */
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

/** What the SDK tells a logger about the line it writes. */
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

/** `context.logger`: its methods can be taken off it. */
export function bindLogger(logger: DurableLogger): DurableContextLogger<DurableLogger> {
  return {
    debug: (...params) => logger.debug(...params),
    info: (...params) => logger.info(...params),
    warn: (...params) => logger.warn(...params),
    error: (...params) => logger.error(...params),
    ...("log" in logger && { log: (level, ...params) => logger.log?.(level, ...params) }),
  };
}
