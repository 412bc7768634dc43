import { InvokeCommand } from "@aws-sdk/client-lambda";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { renderTimeline } from "@durable-counter/testing";
import { expect, test } from "vitest";
import { inProcessLambda } from "../in-process.fixture.ts";
import { historyTree } from "./execution-tree.ts";

interface Drawn {
  readonly invoked?: Readonly<Record<string, Drawn>> | undefined;
  readonly leftOut?: readonly string[] | undefined;
}
const executionsOf = ({ invoked = {} }: Drawn): number =>
  Object.values(invoked).reduce((sum, each) => sum + executionsOf(each), 1);
const leftOutOf = ({ invoked = {}, leftOut = [] }: Drawn): number =>
  Object.values(invoked).reduce((sum, each) => sum + leftOutOf(each), leftOut.length);

/** Invokes itself again and again, as one that never ends does at any moment; and a second time first, beside it. */
const again = async ({ left }: { left: number }, context: DurableContext): Promise<void> => {
  if (left === 0) return;
  if (left === 3) await context.invoke("beside", "again:1", { left: 1 });
  await context.invoke("deeper", "again:1", { left: left - 1 });
};

test("the executions nearest to the first are drawn up to the limit, and the page says that there are more", async () => {
  const { lambda, client } = inProcessLambda({ durable: { again } });
  await client.send(new InvokeCommand({ FunctionName: "again:1", Payload: '{"left":3}' }));
  const { executions } = lambda;
  const [first] = executions.list();
  const root = executions.find(first?.arn ?? "");

  const all = historyTree(executions, root);
  expect([executionsOf(all), leftOutOf(all)]).toEqual([6, 0]);
  expect(renderTimeline(all)).not.toContain("not drawn");

  const near = historyTree(executions, root, 3);
  expect([executionsOf(near), leftOutOf(near)]).toEqual([3, 2]);
  expect(Object.values(near.invoked ?? {}).map(executionsOf)).toEqual([1, 1]);
  expect(renderTimeline(near)).toContain("<li>invokes whose executions are not drawn <b>2</b></li>");
  lambda.executions.stop();
});
