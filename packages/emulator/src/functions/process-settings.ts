import { basename, dirname } from "node:path";

/** What the processes of a function have in common. */
export interface ProcessSettings {
  readonly functionName: string;
  /** The file to load. */
  readonly code: string;
  /** The file that the developer wrote. */
  readonly source: string;
  /** The name of the function that it exports. */
  readonly exportName: string;
  /** Where the emulator listens. */
  readonly endpoint: string;
  readonly memoryMB: number;
  /** Seconds that one invocation may take. */
  readonly timeoutSeconds: number;
  /** What the developer adds to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The environment of a handler: that of the emulator, and what Lambda sets. The credentials are no real ones, so that a
 * handler reaches nothing in an AWS account unless the developer passes other credentials.
 */
export function lambdaEnvironment(settings: ProcessSettings): NodeJS.ProcessEnv {
  const { functionName, source, exportName, endpoint, memoryMB, env } = settings;
  const { AWS_PROFILE: _, AWS_SESSION_TOKEN: _token, ...inherited } = process.env;
  return {
    ...inherited,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: `${memoryMB}`,
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: LOG_STREAM,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split(".")[0]}.x`,
    LAMBDA_TASK_ROOT: dirname(source),
    _HANDLER: `${basename(source).replace(/\.\w+$/u, "")}.${exportName}`,
    TZ: "UTC",
    ...env,
    AWS_ENDPOINT_URL_LAMBDA: endpoint,
  };
}

export const LOG_STREAM = "emulator";
