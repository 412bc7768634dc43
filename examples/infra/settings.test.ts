import { RootConstruct } from "constructs";
import { describe, expect, test } from "vitest";
import { settings } from "./settings.ts";

function given(context: Record<string, unknown>) {
  const { node } = new RootConstruct();
  for (const [name, value] of Object.entries(context)) node.setContext(name, value);
  return settings(node);
}

describe("the CDK context", () => {
  test("defaults to production", () => {
    expect(given({})).toEqual({ isThrowAway: false, isTraced: false, alarmTopicArn: undefined });
  });

  test("takes its values from -c NAME=VALUE", () => {
    const alarmTopicArn = "arn:aws:sns:eu-central-1:123456789012:on-call";
    expect(given({ throwAway: "true", tracing: true, alarmTopicArn })).toEqual({
      isThrowAway: true,
      isTraced: true,
      alarmTopicArn,
    });
  });

  test.each([
    [{ throwAway: "yes" }, 'The context throwAway is "yes"; pass -c throwAway=true or false.'],
    [{ tracing: 1 }, "The context tracing is 1; pass -c tracing=true or false."],
    [{ alarmTopicArn: "on-call" }, 'The context alarmTopicArn is "on-call"; pass an SNS topic'],
  ])("is refused with a remedy: %j", (context, message) => {
    expect(() => given(context)).toThrow(message);
  });
});
