import type {
  DurableContextLogger,
  DurableLogger,
  DurableLoggingContext,
} from "@aws/durable-execution-sdk-js";
import type { Execution } from "./fake-execution.ts";
import { frames } from "./frame.ts";

/** What the SDK tells a logger about the line it writes. */
export function loggingContextOf(execution: Execution): DurableLoggingContext {
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
