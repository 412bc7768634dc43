import { expect, test } from "vitest";
import { executionArn, functionNameOf, invokedExecutionName } from "./arn.ts";

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

test("names what an execution invokes after the caller and the operation, in 64 characters", () => {
  const caller = (functionName: string, executionName: string) => ({
    arn: executionArn({ functionName, executionName }),
    executionName,
  });
  const long = "x".repeat(64);
  const child = invokedExecutionName(caller("f", long), "1");
  const names = [
    child,
    invokedExecutionName(caller("f", child), "1"), // the function has invoked itself
    invokedExecutionName(caller("f", `${"x".repeat(63)}y`), "1"),
    invokedExecutionName(caller("g", long), "1"),
    invokedExecutionName(caller("f", long), "2"),
  ];
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[\w-]{1,64}$/u);
  expect(invokedExecutionName(caller("f", long), "1")).toBe(child);
});
