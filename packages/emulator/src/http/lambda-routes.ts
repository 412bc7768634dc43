import type { ErrorObject } from "@durable-counter/testing/service";
import { Hono, type Context } from "hono";
import { ApiError, apiErrorOf, invalidMember, parseBody } from "../api-error.ts";
import type { DurableApi } from "../durable-api.ts";
import type { Executions } from "../executions/executions.ts";
import { functionReference } from "../functions/function-reference.ts";
import type { InvokeApi } from "../invoke-api.ts";
import { MAX_ITEMS, type PageRequest } from "../page.ts";
import { checkpointUpdates } from "./checkpoint-updates.ts";
import { loopbackOnly } from "./loopback-only.ts";
import { toWire } from "./wire.ts";

/** What the HTTP API serves. */
export interface LambdaApis {
  readonly executions: Executions;
  readonly durable: DurableApi;
  readonly invokes: InvokeApi;
  /** Called with an error that is no refusal. */
  readonly onError: (error: unknown) => void;
}

/** Lambda's HTTP API, as far as it concerns durable functions. */
export function lambdaRoutes({ executions, durable, invokes, onError }: LambdaApis): Hono {
  const app = new Hono();
  app.use(loopbackOnly);
  app.onError((error, context) => {
    const refusal = apiErrorOf(error);
    if (refusal === undefined) onError(error);
    const { name, status, message } = refusal ?? new ApiError("ServiceException", 500, error.message);
    return context.body(JSON.stringify({ Type: status < 500 ? "User" : "Service", message }), {
      status: status as 400, // any status of ours has a body
      headers: { "content-type": "application/json", "x-amzn-errortype": name },
    });
  });
  app.notFound((context) => {
    const message = `The emulator does not know ${context.req.method} ${context.req.path}.`;
    return context.body(JSON.stringify({ message }), 404, {
      "content-type": "application/json",
      "x-amzn-errortype": "UnknownOperationException",
    });
  });

  app.post("/2015-03-31/functions/:name/invocations", async (context) => {
    const { req } = context;
    const { status, payload, functionError, executionArn, logTail } = await invokes.invoke({
      reference: functionReference(req.param("name"), req.query("Qualifier")),
      type: req.header("x-amz-invocation-type") ?? "RequestResponse",
      executionName: req.header("x-amz-durable-execution-name"),
      tenantId: req.header("x-amz-tenant-id"),
      payload: await req.text(),
      wantsLog: req.header("x-amz-log-type") === "Tail",
    });
    context.header("X-Amz-Executed-Version", "$LATEST");
    if (functionError !== undefined) context.header("X-Amz-Function-Error", functionError);
    if (logTail !== undefined) context.header("X-Amz-Log-Result", logTail);
    if (executionArn !== undefined) context.header("X-Amz-Durable-Execution-Arn", executionArn);
    if (status === 204) return context.body(null, 204);
    return context.body(payload ?? "", status, { "content-type": "application/json" });
  });

  const one = "/2025-12-01/durable-executions/:arn";
  app.post(`${one}/checkpoint`, async (context) => {
    const { CheckpointToken, ClientToken, Updates } = await body(context);
    const execution = executions.find(context.req.param("arn"));
    const updates = checkpointUpdates(Updates);
    const answer = execution.checkpoint(text(CheckpointToken) ?? "", text(ClientToken), updates);
    if (answer === "killed") throw new ApiError("ServiceException", 503, "The process was killed.");
    return json(answer);
  });
  app.get(`${one}/state`, ({ req }) => {
    const { marker, maxItems = 0 } = page(req);
    return json(executions.find(req.param("arn")).read(req.query("CheckpointToken") ?? "", marker, maxItems));
  });
  app.get(one, ({ req }) => json(durable.get(req.param("arn"), flag(req, "IncludeExecutionData", true))));
  app.get(`${one}/history`, ({ req }) => {
    const [withData, reverse] = [flag(req, "IncludeExecutionData", true), flag(req, "ReverseOrder", false)];
    return json(durable.history(req.param("arn"), withData, reverse, page(req)));
  });
  app.post(`${one}/stop`, async (context) => {
    return json(durable.stop(context.req.param("arn"), await error(context)));
  });
  app.get("/2025-12-01/functions/:name/durable-executions", ({ req }) => {
    const { name: functionName } = functionReference(req.param("name"), req.query("Qualifier"));
    return json(
      durable.list({
        functionName,
        executionName: req.query("DurableExecutionName"),
        statuses: req.queries("Statuses") ?? [],
        startedAfter: date(req, "StartedAfter"),
        startedBefore: date(req, "StartedBefore"),
        reverse: flag(req, "ReverseOrder", false),
        ...page(req),
      }),
    );
  });

  const callback = "/2025-12-01/durable-execution-callbacks/:id";
  app.post(`${callback}/succeed`, async ({ req }) =>
    json(durable.succeed(req.param("id"), await req.text())),
  );
  app.post(`${callback}/fail`, async (context) => {
    return json(durable.fail(context.req.param("id"), (await error(context)) ?? {}));
  });
  app.post(`${callback}/heartbeat`, ({ req }) => json(durable.heartbeat(req.param("id"))));
  return app;
}

type Request = Context["req"];

function json(answer: object): Response {
  return new Response(toWire(answer), { headers: { "content-type": "application/json" } });
}

async function body(context: Context): Promise<Readonly<Record<string, unknown>>> {
  const content = await context.req.text();
  if (content === "") return {};
  return Object(parseBody(content)) as Record<string, unknown>; // whatever it is, it has members
}

/** The error object that a body is, if any. */
async function error(context: Context): Promise<ErrorObject | undefined> {
  const { ErrorType, ErrorMessage, ErrorData, StackTrace } = await body(context);
  const fields = { ErrorType: text(ErrorType), ErrorMessage: text(ErrorMessage), ErrorData: text(ErrorData) };
  const trace = Array.isArray(StackTrace) ? StackTrace.map(String) : undefined;
  const given = Object.entries({ ...fields, StackTrace: trace }).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : (Object.fromEntries(given) as ErrorObject); // of these fields
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function page(req: Request): PageRequest {
  const maxItems = req.query("MaxItems");
  const marker = req.query("Marker");
  if (maxItems === undefined) return { marker };
  const isNumber = /^\d+$/u.test(maxItems) && Number(maxItems) <= MAX_ITEMS;
  if (!isNumber)
    throw invalidMember(maxItems, "maxItems", `Member must be an integer from 0 to ${MAX_ITEMS}`);
  return { marker, maxItems: Number(maxItems) };
}

function flag(req: Request, name: string, byDefault: boolean): boolean {
  const value = req.query(name);
  return value === undefined ? byDefault : value === "true";
}

/** Lambda reads a time from text, as `2026-01-01T00:00:00Z`. */
function date(req: Request, name: string): Date | undefined {
  const value = req.query(name);
  if (value === undefined) return undefined;
  const found = new Date(/^[\d.]+$/u.test(value) ? Number(value) * 1_000 : value);
  if (Number.isNaN(found.getTime())) throw invalidMember(value, name, "Member must be a timestamp");
  return found;
}
