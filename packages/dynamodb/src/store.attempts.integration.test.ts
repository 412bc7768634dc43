import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment, type CounterErrorCode } from "@durable-counter/core";
import { localClient, startDynamoDB, type RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDynamoDBCounterStore, ensureCounterTable } from "./index.ts";
import { errorOf } from "./lost-replies.fixture.ts";

const tableName = "counters";
let engine: RunningDynamoDB;
let counters = 0;

beforeAll(async () => {
  engine = await startDynamoDB({ engine: "dynalite" });
  await ensureCounterTable(engine.client, tableName);
});
afterAll(() => engine.stop());

const storeOf = (client: DynamoDBClient) => createDynamoDBCounterStore({ client, tableName });
const newRequest = () => ({ id: `counter-${++counters}`, commands: [increment(5)] });

/** What a client does beside its work: to each attempt's reply, or to each call of `send`. */
interface Habit {
  readonly what: string;
  readonly apply: (client: DynamoDBClient) => void;
}

const failure = (name: string, more: object = {}) =>
  Object.assign(new Error("what it said"), { name, ...more });

/** After the reply was read. */
const throwsAfterwards = (thrown: unknown) => (client: DynamoDBClient) =>
  client.middlewareStack.add(
    (next) => async (args) => {
      await next(args);
      throw thrown;
    },
    { step: "initialize" },
  );

/** Instead of the reply, which has arrived. */
const losesReply = (thrown: unknown) => (client: DynamoDBClient) =>
  client.middlewareStack.add(
    (next) => async (args) => {
      await next(args);
      throw thrown;
    },
    { step: "deserialize", priority: "low" },
  );

const replacesBody = (body: string) => (client: DynamoDBClient) =>
  client.middlewareStack.add(
    (next) => async (args) => {
      const reply = await next(args);
      return { ...reply, response: { ...(reply.response as object), body: new TextEncoder().encode(body) } };
    },
    { step: "deserialize", priority: "low" },
  );

const sends = (send: (original: DynamoDBClient["send"]) => unknown) => (client: DynamoDBClient) => {
  const original = client.send.bind<DynamoDBClient["send"]>(client);
  Object.assign(client, { send: send(original) });
};

const applied: readonly Habit[] = [
  {
    what: "a middleware throws while it reads the reply",
    apply: throwsAfterwards(new TypeError("no such field")),
  },
  { what: "a middleware throws something that is no error", apply: throwsAfterwards("a string") },
  {
    what: "a deadline of the caller's own ends the call first",
    apply: sends((send) => async (command: never) => {
      await send(command);
      throw new Error("deadline");
    }),
  },
  {
    what: "a deadline of the caller's own ends the call while the request is on its way",
    apply: (client) => {
      const left = Promise.withResolvers<undefined>();
      client.middlewareStack.add(
        (next) => (args) => {
          const reply = next(args);
          left.resolve(undefined);
          return reply;
        },
        { step: "deserialize", priority: "low" },
      );
      sends(
        (send) => (command: never) =>
          Promise.race([send(command), left.promise.then(() => Promise.reject(new Error("deadline")))]),
      )(client);
    },
  },
  { what: "the reply has no body", apply: replacesBody("") },
  { what: "the reply says nothing", apply: replacesBody("{}") },
  { what: "the reply is a page of HTML", apply: replacesBody("<html>502</html>") },
  { what: "the reply is cut short", apply: replacesBody('{"Attributes":{"value":') },
  {
    what: "fetch fails after the write",
    apply: losesReply(new TypeError("fetch failed", { cause: failure("Error", { code: "ECONNRESET" }) })),
  },
  { what: "parsing fails", apply: losesReply(new SyntaxError("Unexpected token '<'")) },
  { what: "nothing but a name is known", apply: losesReply(failure("SomethingNew")) },
];

describe("a write that was applied is reported as outcome-unknown, and a retry finds it, where", () => {
  test.each(applied)("$what", async ({ apply }) => {
    const client = localClient(engine.endpoint, { maxAttempts: 1 });
    apply(client);
    const request = newRequest();
    const { code, retryable, details } = await errorOf(storeOf(client).apply(request));
    expect({ code, retryable }).toEqual({ code: "outcome-unknown", retryable: true });
    const retry = { ...request, idempotencyKey: String(details["idempotencyKey"]) };
    // The last but one habit of an old client: the request has left when the call ends, and arrives soon.
    await expect.poll(() => storeOf(engine.client).get(request.id, { consistent: true })).toBe(5);
    expect(await storeOf(engine.client).apply(retry)).toMatchObject({ value: 5, replayed: true });
    client.destroy();
  });
});

describe("a request that never left is not reported as outcome-unknown, where", () => {
  const credentialsFail = (cause: unknown) => () =>
    new DynamoDBClient({
      endpoint: engine.endpoint,
      region: "local",
      maxAttempts: 1,
      credentials: () => Promise.reject(cause),
    });
  const habits = (apply: Habit["apply"]) => () => {
    const client = localClient(engine.endpoint, { maxAttempts: 1 });
    apply(client);
    return client;
  };
  const stub = (cause: unknown) => habits(sends(() => () => Promise.reject(cause)));
  const connectionFails = (code: string, syscall: string) =>
    habits((client) =>
      client.middlewareStack.add(() => () => Promise.reject(failure("Error", { code, syscall })), {
        step: "deserialize",
        priority: "low",
      }),
    );

  const cases: readonly [what: string, code: CounterErrorCode, client: () => DynamoDBClient][] = [
    ["no credentials are found", "unavailable", credentialsFail(failure("CredentialsProviderError"))],
    [
      "the credentials' endpoint resets",
      "unavailable",
      credentialsFail(failure("Error", { code: "ECONNRESET" })),
    ],
    ["the credentials' endpoint is silent", "unavailable", credentialsFail(failure("TimeoutError"))],
    [
      "the credentials' endpoint fails",
      "unavailable",
      credentialsFail(failure("Error", { $metadata: { httpStatusCode: 503 } })),
    ],
    [
      "a role may not be assumed",
      "misconfigured",
      credentialsFail(failure("AccessDenied", { $fault: "client" })),
    ],
    [
      "a middleware throws before it is sent",
      "misconfigured",
      habits((client) =>
        client.middlewareStack.add(() => () => Promise.reject(new TypeError("no such field")), {
          step: "build",
        }),
      ),
    ],
    ["the name is not known", "misconfigured", connectionFails("ENOTFOUND", "getaddrinfo")],
    ["names cannot be asked for now", "unavailable", connectionFails("EAI_AGAIN", "getaddrinfo")],
    ["the certificate is not trusted", "misconfigured", connectionFails("SELF_SIGNED_CERT_IN_CHAIN", "")],
    ["nobody listens", "unavailable", connectionFails("ECONNREFUSED", "connect")],
    ["a stub throttles", "throttled", stub(failure("ThrottlingException"))],
    ["a stub denies access", "misconfigured", stub(failure("AccessDeniedException"))],
  ];

  test.each(cases)("%s: %s", async (_, code, newClient) => {
    const client = newClient();
    const store = createDynamoDBCounterStore({ client, tableName, sleep: () => Promise.resolve() });
    const request = newRequest();
    const { code: found, details } = await errorOf(store.apply(request));
    expect({ code: found, details }).toEqual({ code, details: {} });
    expect(await storeOf(engine.client).get(request.id, { consistent: true })).toBe(0);
    client.destroy();
  });

  test("a client has no region: it is misconfigured, for a read as for a write", async () => {
    const client = new DynamoDBClient({
      region: () => Promise.reject<string>(new Error("Region is missing")),
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    const request = newRequest();
    expect((await errorOf(storeOf(client).apply(request))).code).toBe("misconfigured");
    expect((await errorOf(storeOf(client).get(request.id))).code).toBe("misconfigured");
  });

  test("a stub answers 500, which is an outcome-unknown write, and an unavailable read", async () => {
    const client = stub(
      failure("InternalServerError", { $fault: "server", $metadata: { httpStatusCode: 500 } }),
    )();
    const request = newRequest();
    expect((await errorOf(storeOf(client).apply(request))).code).toBe("outcome-unknown");
    expect((await errorOf(storeOf(client).get(request.id))).code).toBe("unavailable");
    client.destroy();
  });
});
