import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { simulate } from "@durable-counter/testing";
import { expect, test } from "vitest";
import { contextPath } from "./context-path.ts";
import { uniqueName } from "./operation-name.ts";

/** What a function finds in a context of the SDK, in its child, in the child of the child, and in the branches of a map. */
async function inEveryContext<T>(find: (context: DurableContext) => T): Promise<readonly T[]> {
  const found: T[] = [];
  const handler = withDurableExecution(async (_event: unknown, context) => {
    found.push(find(context));
    await context.runInChildContext(async (child) => {
      found.push(find(child));
      await child.runInChildContext(async (inner) => void found.push(find(inner)));
    });
    await context.map([1, 2], async (branch) => void found.push(find(branch)), { maxConcurrency: 1 });
  });
  expect((await simulate(handler)).status).toBe("SUCCEEDED");
  return found;
}

test("the SDK keeps the path of every context where it is looked for", async () => {
  expect(await inEveryContext(contextPath)).toEqual(["", "1", "1-1", "2-1", "2-2"]);
});

test("each context of the SDK has names of its own", async () => {
  const names = await inEveryContext((context) => [
    uniqueName(context, "stock"),
    uniqueName(context, "stock"),
  ]);
  expect(names).toEqual(Array.from({ length: 5 }, () => ["stock", "stock-2"]));
});

test("the contexts of an invocation share their Lambda context", async () => {
  const [first, ...others] = await inEveryContext(({ lambdaContext }) => lambdaContext);
  expect(first).toBeTypeOf("object");
  expect(others.every((other) => other === first)).toBe(true);
});
