import { renderTimeline } from "@durable-counter/testing";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { invalidParameter } from "../api-error.ts";
import { CONSOLE_PAGE } from "../console/console-page.ts";
import { CONSOLE_SCRIPT } from "../console/console-script.ts";
import { CONSOLE_STYLE } from "../console/console-style.ts";
import type { ChangeFeed } from "../executions/change-feed.ts";
import { historyTree } from "../executions/execution-tree.ts";
import { executionDetails } from "../executions/execution-details.ts";
import type { Executions } from "../executions/executions.ts";
import type { Functions } from "../functions/functions.ts";
import type { LogBook } from "../functions/log-book.ts";

/** What the console shows. */
export interface ConsoleApis {
  readonly executions: Executions;
  readonly functions: Functions;
  readonly changes: ChangeFeed;
  readonly logs: LogBook;
  readonly now: () => number;
}

/** The page may load its own files and call the emulator, and nothing else. No markup of a payload could run a script. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The timeline carries its style and script within it. It may call nothing, and its origin is its own. */
const TIMELINE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; sandbox allow-scripts";

/** The console, and what it and the terminal need beyond Lambda's API. */
export function consoleRoutes({ executions, functions, changes, logs, now }: ConsoleApis): Hono {
  const app = new Hono();
  const file = (path: string, type: string, content: string) =>
    app.get(path, (context) =>
      context.body(content, 200, {
        "content-type": `${type}; charset=utf-8`,
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
      }),
    );
  file("/", "text/html", CONSOLE_PAGE);
  file("/console.js", "text/javascript", CONSOLE_SCRIPT);
  file("/console.css", "text/css", CONSOLE_STYLE);

  app.get("/emulator/functions", (context) => context.json(Array.from(functions.names)));
  app.get("/emulator/executions", (context) => context.json(executions.list().toReversed()));
  app.get("/emulator/executions/:arn", (context) => {
    const execution = executions.find(context.req.param("arn"));
    return context.json({ ...executionDetails(execution), logs: logs.of(execution.arn) });
  });
  app.get("/emulator/executions/:arn/timeline", (context) => {
    const page = renderTimeline(historyTree(executions, executions.find(context.req.param("arn"))));
    return context.html(page, 200, { "content-security-policy": TIMELINE_POLICY });
  });
  app.get("/emulator/changes", (context) =>
    streamSSE(context, async (stream) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      let written = Promise.resolve();
      const unsubscribe = changes.subscribe(({ recorded, isRunning }) => {
        const data = JSON.stringify({ ...recorded.summary, isRunning });
        written = written.then(() => stream.writeSSE({ data })).catch(resolve);
      });
      stream.onAbort(resolve);
      await stream.writeSSE({ event: "open", data: "" });
      await promise;
      unsubscribe();
    }),
  );

  app.post("/emulator/executions/:arn/kill", ({ req }) => {
    if (!executions.find(req.param("arn")).kill())
      throw invalidParameter("No process works on this execution now: it waits, or has ended.");
    return Response.json({});
  });
  app.post("/emulator/executions/:arn/skip/:operation", ({ req }) => {
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
