import type { Node } from "constructs";
import type { CounterStackProps } from "./counter-stack.ts";

/**
 * Reads the settings that `cdk -c NAME=VALUE` passes: `throwAway` and `tracing`, `true` or `false`, and `alarmTopicArn`.
 *
 * @throws TypeError for a value that is not allowed
 */
export function settings(node: Node): CounterStackProps {
  return {
    isThrowAway: flag(node, "throwAway"),
    isTraced: flag(node, "tracing"),
    alarmTopicArn: topicArn(node, "alarmTopicArn"),
  };
}

function flag(node: Node, name: string): boolean {
  const value: unknown = node.tryGetContext(name) ?? false;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new TypeError(`The context ${name} is ${JSON.stringify(value)}; pass -c ${name}=true or false.`);
}

function topicArn(node: Node, name: string): string | undefined {
  const value: unknown = node.tryGetContext(name);
  if (value === undefined) return undefined;
  if (typeof value === "string" && /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/u.test(value)) return value;
  throw new TypeError(
    `The context ${name} is ${JSON.stringify(value)}; pass an SNS topic, -c ${name}=arn:aws:sns:REGION:ACCOUNT:NAME.`,
  );
}
