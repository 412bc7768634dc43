import { expect, test } from "vitest";
import { inProcessLambda } from "../in-process.fixture.ts";

const path = "/2025-12-01/functions/f/durable-executions";

test.each([
  ["another host, as after DNS rebinding", "http://attacker.example:3000", {}, 403],
  ["a page of another site", "http://127.0.0.1:3000", { origin: "http://attacker.example" }, 403],
  ["a page of another port", "http://127.0.0.1:3000", { origin: "http://127.0.0.1:4000" }, 403],
  ["an image of another site", "http://localhost:3000", { "sec-fetch-site": "cross-site" }, 403],
  ["a program", "http://127.0.0.1:3000", {}, 200],
  [
    "its own console",
    "http://localhost:3000",
    { origin: "http://localhost:3000", "sec-fetch-site": "same-origin" },
    200,
  ],
])("answers a request of %s", async (_, host, headers, status) => {
  const { lambda } = inProcessLambda({ plain: { f: () => 1 } });
  const response = await lambda.app.fetch(new Request(host + path, { headers }));
  expect(response.status).toBe(status);
  if (status === 403) expect(response.headers.get("x-amzn-errortype")).toBe("AccessDeniedException");
});
