import { expect, test } from "vitest";
import { executionArn, functionNameOf } from "./arn.ts";

test.for([
  ["payments", "payments"],
  ["payments:live", "payments"],
  ["123456789012:function:payments:7", "payments"],
  ["arn:aws:lambda:us-east-1:123456789012:function:payments", "payments"],
  ["arn:aws:lambda:us-east-1:123456789012:function:payments:$LATEST", "payments"],
])("finds the name of the function in %s", ([reference, name]) => {
  expect(functionNameOf(reference ?? "")).toBe(name);
});

test("gives executions that differ in a name different ids", () => {
  const arns = [
    { functionName: "a", executionName: "b" },
    { functionName: "a", executionName: "c" },
    { functionName: "c", executionName: "b" },
  ].map(executionArn);

  expect(new Set(arns.map((arn) => arn.slice(arn.lastIndexOf("/")))).size).toBe(3);
});
