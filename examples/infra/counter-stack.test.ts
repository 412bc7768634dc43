import { readFileSync } from "node:fs";
import { counterTableInput, counterTimeToLiveInput } from "@durable-counter/dynamodb";
import { describe, expect, test } from "vitest";
import { handlers } from "./handlers.ts";
import { functionOf, ofType, permissionsOf, statements, synthesize } from "./template.fixture.ts";

const production = synthesize();
const throwAway = synthesize({ isThrowAway: true });
const topic = "arn:aws:sns:eu-central-1:123456789012:on-call";
const watched = synthesize({ isTraced: true, alarmTopicArn: topic });

const [tableId, table] = onlyOne("AWS::DynamoDB::Table");
const [queueId, queue] = onlyOne("AWS::SQS::Queue");
const arnOf = (id: string) => ({ "Fn::GetAtt": [id, "Arn"] });

describe.each(handlers)("$file", ({ id, file, isDurable, usesTable }) => {
  const { id: functionId, properties } = functionOf(production, file);

  test("runs on Node 24 and arm64, logs JSON, and has the name of its table", () => {
    expect(properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "INFO" },
    });
    expect(properties["Environment"]).toEqual(
      usesTable ? { Variables: { TABLE_NAME: { Ref: tableId } } } : undefined,
    );
  });

  test("is durable if its handler is, for no longer than callers wait and the store recognises keys", () => {
    const config = properties["DurableConfig"] as { ExecutionTimeout: number } | undefined; // in seconds
    expect(config).toEqual(isDurable ? { ExecutionTimeout: 900, RetentionPeriodInDays: 14 } : undefined);
  });

  test("is called by an alias of a published version, which the next deployment keeps", () => {
    const [version] = ofType(production, "AWS::Lambda::Version").filter(
      ([, { Properties }]) =>
        JSON.stringify(Properties["FunctionName"]) === JSON.stringify({ Ref: functionId }),
    );
    const [alias] = ofType(production, "AWS::Lambda::Alias").filter(
      ([, { Properties }]) =>
        JSON.stringify(Properties["FunctionName"]) === JSON.stringify({ Ref: functionId }),
    );
    expect(version?.[1]).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
    expect(alias?.[1].Properties).toEqual({
      Name: "live",
      FunctionName: { Ref: functionId },
      FunctionVersion: { "Fn::GetAtt": [version?.[0], "Version"] },
    });
    expect(production.Outputs[`${id}Arn`]?.Value).toEqual({ Ref: alias?.[0] });
  });

  test("has only the permissions it needs", () => {
    expect(permissionsOf(production, file)).toEqual({
      statements: [
        { Effect: "Allow", Action: "sqs:SendMessage", Resource: arnOf(queueId) },
        ...(usesTable
          ? [
              {
                Effect: "Allow",
                Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                Resource: arnOf(tableId),
              },
            ]
          : []),
      ],
      managed: [
        isDurable
          ? "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
          : "service-role/AWSLambdaBasicExecutionRole",
      ],
    });
  });

  test("sends failed events to the dead-letter queue", () => {
    expect(properties["DeadLetterConfig"]).toEqual({ TargetArn: arnOf(queueId) });
  });

  test("has alarms for errors and throttles", () => {
    const metrics = alarmsOf(production).filter(({ of }) => of === functionId);
    expect(metrics.map(({ metric }) => metric)).toEqual([
      "AWS/Lambda Errors",
      "AWS/Lambda Throttles",
      ...(isDurable ? ["AWS/Lambda DurableExecutionFailed", "AWS/Lambda DurableExecutionTimedOut"] : []),
    ]);
  });

  test("is traced by X-Ray on request, with AWS's own policy", () => {
    expect(properties["TracingConfig"]).toBeUndefined();
    expect(functionOf(watched, file).properties["TracingConfig"]).toEqual({ Mode: "Active" });
    expect(permissionsOf(watched, file).managed).toContain("AWSXRayDaemonWriteAccess");
  });
});

describe("the table", () => {
  test("is what counterTableInput and counterTimeToLiveInput describe", () => {
    const { TableName: _, ...described } = counterTableInput("any");
    const { TimeToLiveSpecification } = counterTimeToLiveInput("any");
    expect(table.Properties).toMatchObject({ ...described, TimeToLiveSpecification });
  });

  test("is protected against deletion and loss", () => {
    expect(table).toMatchObject({
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    });
  });

  test("has alarms for throttles", () => {
    const metrics = alarmsOf(production).filter(({ of }) => of === tableId);
    expect(metrics.map(({ metric }) => metric)).toEqual([
      "AWS/DynamoDB ReadThrottleEvents",
      "AWS/DynamoDB WriteThrottleEvents",
    ]);
  });
});

describe("the dead-letter queue", () => {
  test("is encrypted, requires TLS, and keeps events for 14 days", () => {
    expect(queue.Properties).toEqual({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
    const [, policy] = onlyOne("AWS::SQS::QueuePolicy");
    expect(policy.Properties).toMatchObject({
      Queues: [{ Ref: queueId }],
      PolicyDocument: {
        Statement: [{ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }],
      },
    });
  });

  test("has an alarm for the first event in it", () => {
    expect(alarmsOf(production).filter(({ metric }) => metric.startsWith("AWS/SQS"))).toEqual([
      expect.objectContaining({ metric: "AWS/SQS ApproximateNumberOfMessagesVisible", statistic: "Maximum" }),
    ]);
  });
});

describe("the stack", () => {
  test.each([
    ["in production", production],
    ["as a throw-away stack", throwAway],
    ["with tracing and a topic", watched],
  ])("%s allows nothing by a wildcard", (_, synthesis) => {
    const allowing = statements(synthesis).filter(({ Effect }) => Effect !== "Deny");
    expect(allowing.length).toBeGreaterThan(handlers.length);
    expect(allowing.filter((statement) => JSON.stringify(statement).includes("*"))).toEqual([]);
    expect(allowing.filter((statement) => JSON.stringify(statement).includes("NotAction"))).toEqual([]);
  });

  test("notifies a topic, if there is one, when an alarm starts and ends", () => {
    for (const [, { Properties }] of ofType(watched, "AWS::CloudWatch::Alarm")) {
      expect(Properties).toMatchObject({ AlarmActions: [topic], OKActions: [topic] });
    }
    expect(JSON.stringify(ofType(production, "AWS::CloudWatch::Alarm"))).not.toContain("AlarmActions");
  });

  test("has alarms that start at the first occurrence and ignore missing data", () => {
    const alarms = ofType(production, "AWS::CloudWatch::Alarm");
    expect(alarms.length).toBe(alarmsOf(production).length);
    for (const [, { Properties }] of alarms) {
      expect(Properties).toMatchObject({
        Threshold: 1,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
        EvaluationPeriods: 1,
        TreatMissingData: "notBreaching",
      });
    }
  });

  test("has as many alarms as its README says they cost", () => {
    const readme = readFileSync(new URL("README.md", import.meta.url), "utf8");
    expect(readme).toContain(
      `${ofType(production, "AWS::CloudWatch::Alarm").length} alarms at $0.10 a month`,
    );
  });

  test("keeps logs for a month, also after it is deleted", () => {
    const groups = ofType(production, "AWS::Logs::LogGroup");
    expect(groups.length).toBe(handlers.length);
    for (const [, group] of groups) {
      expect(group).toMatchObject({ DeletionPolicy: "Retain", Properties: { RetentionInDays: 30 } });
    }
  });

  test("is protected against deletion, unless it is a throw-away stack", () => {
    expect([production, throwAway].map(({ terminationProtection: it }) => it)).toEqual([true, false]);
  });

  test("leaves nothing behind as a throw-away stack but versions, which are deleted with their functions", () => {
    const kept = Object.values(throwAway.Resources).filter(
      ({ DeletionPolicy: policy }) => policy === "Retain",
    );
    expect(new Set(kept.map(({ Type }) => Type))).toEqual(new Set(["AWS::Lambda::Version"]));
    expect(ofType(throwAway, "AWS::DynamoDB::Table")[0]?.[1].Properties).toMatchObject({
      DeletionProtectionEnabled: false,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    });
  });
});

function onlyOne(type: string) {
  const [one, ...more] = ofType(production, type);
  if (one === undefined || more.length > 0) throw new Error(`There should be one ${type}.`);
  return one;
}

function alarmsOf(synthesis: typeof production) {
  return ofType(synthesis, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => {
    // As CloudFormation writes an alarm on one metric.
    const { Namespace, MetricName, Statistic, Dimensions } = Properties as {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Statistic: string;
      readonly Dimensions: readonly { readonly Value: { readonly Ref?: string } }[];
    };
    return { metric: `${Namespace} ${MetricName}`, statistic: Statistic, of: Dimensions[0]?.Value.Ref };
  });
}
