import { Hono } from "hono";
import { invalidParameter } from "../api-error.ts";
import type { Executions } from "../executions/executions.ts";
import type { Functions } from "../functions/functions.ts";

/** What the console and the terminal need beyond Lambda's API. */
export function consoleRoutes(executions: Executions, functions: Functions, now: () => number): Hono {
  const app = new Hono();
  app.get("/functions", (context) => context.json(Array.from(functions.names)));
  app.get("/executions", (context) => context.json(executions.list().toReversed()));
  app.post("/executions/:arn/kill", ({ req }) => {
    if (!executions.find(req.param("arn")).kill())
      throw invalidParameter("No process works on this execution now.");
    return Response.json({});
  });
  app.post("/executions/:arn/skip/:operation", ({ req }) => {
    const execution = executions.find(req.param("arn"));
    const timer = req.param("operation");
    if (!execution.recorded.pending.isWaiting(timer)) {
      throw invalidParameter(`The operation ${timer} waits for no time to pass.`);
    }
    execution.happened({ kind: "timer", at: now(), timer });
    return Response.json({});
  });
  return app;
}
