import { CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import type { CfnTable } from "aws-cdk-lib/aws-dynamodb";
import { ManagedPolicy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  Architecture,
  CfnFunction,
  type Code,
  Function,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import type { DeployedHandler } from "./handlers.ts";

/**
 * The actions that `apply` and `get` of a store need. A transaction needs no permission of its own: each part of it needs
 * the permission of its kind. `shards` would add dynamodb:Query. Operators call `delete` and `list`, functions do not.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
export const COUNTING_ACTIONS = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];

/** A caller may wait for 15 minutes, and the store recognises a step's idempotency key for an hour. */
const EXECUTION_TIMEOUT = Duration.minutes(15);

export interface CounterFunctionProps {
  readonly handler: DeployedHandler;
  readonly code: Code;
  readonly table: CfnTable;
  readonly deadLetters: Queue;
  readonly alarms: Alarms;
  readonly isThrowAway: boolean;
  readonly isTraced: boolean;
}

/** A handler as it runs in production: a function, its published version, and the alias `live` that callers use. */
export class CounterFunction extends Construct {
  constructor(scope: Construct, id: string, props: CounterFunctionProps) {
    super(scope, id);
    const { handler, code, table, deadLetters, alarms, isThrowAway, isTraced } = props;
    const lambda = new Function(this, "Function", {
      description: `examples/${handler.file}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code,
      handler: "index.handler",
      memorySize: 512, // Lambda gives CPU in proportion to memory, and a cold start spends it on imports.
      timeout: Duration.minutes(1),
      environment: handler.usesTable ? { TABLE_NAME: table.ref } : {},
      deadLetterQueue: deadLetters,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
      logGroup: new LogGroup(this, "Logs", {
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: isThrowAway ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      }),
      // An execution stays on the version it began on, so the next deployment must not remove that version.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      ...(handler.isDurable && {
        durableConfig: { executionTimeout: EXECUTION_TIMEOUT, retentionPeriod: Duration.days(14) },
      }),
    });
    if (handler.usesTable) {
      lambda.addToRolePolicy(new PolicyStatement({ actions: COUNTING_ACTIONS, resources: [table.attrArn] }));
    }
    if (isTraced) trace(lambda);
    const live = lambda.addAlias("live"); // of the current version
    // The output is named by its logical id.
    new CfnOutput(this, "Arn", { value: live.functionArn }).overrideLogicalId(`${handler.id}Arn`);
    watch(lambda, handler, alarms);
  }
}

/** With `tracing` the CDK would write a policy with a wildcard; AWS's managed policy grants the same by name. */
function trace(lambda: Function): void {
  (lambda.node.defaultChild as CfnFunction).tracingConfig = { mode: "Active" }; // the default child of a Function
  lambda.role?.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName("AWSXRayDaemonWriteAccess"));
}

function watch(lambda: Function, { id, isDurable }: DeployedHandler, alarms: Alarms): void {
  const metric = (metricName: string) => ({
    namespace: "AWS/Lambda",
    metricName,
    dimensionsMap: { FunctionName: lambda.functionName },
  });
  alarms.add(`${id}Errors`, metric("Errors"), `An invocation of ${id} failed; see its log.`);
  alarms.add(
    `${id}Throttles`,
    metric("Throttles"),
    `${id} was throttled: raise the concurrency, or send less.`,
  );
  if (!isDurable) return;
  // https://docs.aws.amazon.com/lambda/latest/dg/durable-monitoring.html
  const executions = "see its executions in the console of Lambda";
  alarms.add(`${id}Failed`, metric("DurableExecutionFailed"), `An execution of ${id} failed; ${executions}.`);
  alarms.add(
    `${id}TimedOut`,
    metric("DurableExecutionTimedOut"),
    `An execution of ${id} took too long; ${executions}.`,
  );
}
