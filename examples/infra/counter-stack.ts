/* oxlint-disable no-new -- a construct joins its scope when it is made */
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import type { Code } from "aws-cdk-lib/aws-lambda";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { Alarms } from "./alarms.ts";
import { bundledCode } from "./bundle.ts";
import { CounterFunction } from "./counter-function.ts";
import { createCounterTable } from "./counter-table.ts";
import { handlers, type DeployedHandler } from "./handlers.ts";

export interface CounterStackProps extends StackProps {
  /** Whether deleting the stack deletes the table and the logs too. By default they stay. */
  readonly isThrowAway?: boolean;
  /** Whether X-Ray traces the functions. */
  readonly isTraced?: boolean;
  /** An SNS topic that is notified when an alarm starts and when it ends. */
  readonly alarmTopicArn?: string | undefined;
  /** The code that is uploaded for a handler; by default its bundle. */
  readonly codeOf?: (handler: DeployedHandler) => Code;
}

/** The handlers of `examples/` on one table, with a dead-letter queue for failed events, and alarms. */
export class CounterStack extends Stack {
  constructor(scope: Construct, id: string, props: CounterStackProps = {}) {
    const { isThrowAway = false, isTraced = false, alarmTopicArn, codeOf = bundledCode, ...rest } = props;
    super(scope, id, { terminationProtection: !isThrowAway, ...rest });
    const alarms = new Alarms(this, "Alarms", alarmTopicArn);
    const table = createCounterTable(this, "Counters", isThrowAway);
    const deadLetters = new Queue(this, "DeadLetters", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14), // the maximum of SQS
      removalPolicy: isThrowAway ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    for (const handler of handlers) {
      const code = codeOf(handler);
      new CounterFunction(this, handler.id, {
        handler,
        code,
        table,
        deadLetters,
        alarms,
        isThrowAway,
        isTraced,
      });
    }
    alarms.add(
      "DeadLettersWaiting",
      {
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensionsMap: { QueueName: deadLetters.queueName },
        statistic: "Maximum",
      },
      "Events failed for good: read them in the dead-letter queue, and send them again once the cause is gone.",
    );
    for (const metricName of ["ReadThrottleEvents", "WriteThrottleEvents"]) {
      alarms.add(
        `Table${metricName}`,
        { namespace: "AWS/DynamoDB", metricName, dimensionsMap: { TableName: table.ref } },
        "The table was throttled: a counter is hot; see `shards` and `steps`.",
      );
    }
    new CfnOutput(this, "TableName", { value: table.ref });
    new CfnOutput(this, "DeadLettersUrl", { value: deadLetters.queueUrl });
  }
}
