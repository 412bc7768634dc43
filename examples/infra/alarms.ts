import { Duration } from "aws-cdk-lib";
import { Alarm, Metric, TreatMissingData, type MetricProps } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";

/** Alarms that start at the first occurrence, and notify a topic if there is one. */
export class Alarms extends Construct {
  readonly #action: SnsAction | undefined;

  /** @param topicArn the topic to notify; without one, alarms only show in the console */
  constructor(scope: Construct, id: string, topicArn: string | undefined) {
    super(scope, id);
    this.#action =
      topicArn === undefined ? undefined : new SnsAction(Topic.fromTopicArn(this, "Topic", topicArn));
  }

  /** @param meaning what happened, and where to look */
  add(id: string, metric: MetricProps, meaning: string): void {
    const alarm = new Alarm(this, id, {
      metric: new Metric({ statistic: "Sum", period: Duration.minutes(5), ...metric }),
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING, // these metrics are only sent when something happens
      alarmDescription: meaning,
    });
    if (this.#action !== undefined) {
      alarm.addAlarmAction(this.#action);
      alarm.addOkAction(this.#action);
    }
  }
}
