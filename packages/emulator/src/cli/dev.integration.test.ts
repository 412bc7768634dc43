import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { GetDurableExecutionHistoryCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { main } from "./main.ts";

const folder = mkdtempSync(join(tmpdir(), "emulator-dev-"));
/** The temporary files of the emulators. */
const temporary = mkdtempSync(join(folder, "tmp-"));
const handler = join(import.meta.dirname, "approval.fixture.ts");
const cli = join(import.meta.dirname, "..", "cli.ts");
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Dev {
  readonly child: ChildProcess;
  readonly endpoint: string;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
}

/** Starts `dev` in a process, and resolves when it serves. */
function dev(...args: string[]): Promise<Dev> {
  const child = spawn(process.execPath, [cli, "dev", "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: temporary },
  });
  running.add(child);
  let output = "";
  const exited = new Promise<number | null>((resolve) => {
    child.on("exit", (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return new Promise((resolve, reject) => {
    const onData = (data: Buffer) => {
      output += data.toString();
      const endpoint = /Lambda is at (\S+)[\s\S]*Ctrl-C/u.exec(output)?.[1];
      if (endpoint !== undefined) resolve({ child, endpoint, output: () => output, exited });
    };
    child.stdout?.on("data", onData);
    child.stderr?.on("data", onData);
    child.on("exit", () => reject(new Error(output)));
  });
}

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await main(args, (line) => lines.push(line));
  return { code, text: lines.join("\n") };
}

/** Replaces a file at once, so that no half of it is ever loaded. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** Waits for a condition that another process fulfils. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(5);
}

describe("the terminal", () => {
  test("starts, lists, shows and stops executions, and answers callbacks", async () => {
    const { child, endpoint, exited, output } = await dev(handler);
    const at = ["--endpoint", endpoint];
    expect(output()).toContain(`invoke approval-fixture event.json ${at.join(" ")}\n`);
    const event = join(folder, "event.json");
    writeFileSync(event, '{"steps":4}');
    expect((await run("list", ...at)).text).toMatch(
      /^There are no executions\. Only functions that are wrapped/u,
    );
    expect(await run("invoke", "approval-fixture", event, ...at)).toEqual({ code: 0, text: '{"sum":10}' });

    writeFileSync(event, '{"asks":true}');
    const invoke = (name: string) =>
      run("invoke", "approval-fixture", event, "--event", "--name", name, ...at);
    for (const name of ["first", "second"]) expect((await invoke(name)).text).toContain(`/${name}/`);
    const shown = async (name: string) => (await run("show", name, ...at)).text;
    await until(async () => (await shown("first")).includes("CallbackStarted"));
    const [, id = ""] = /CallbackStarted +approval +(\S+)/u.exec(await shown("first")) ?? [];
    await run("callback", id, "--heartbeat", ...at);
    await run("callback", id, "--result", "granted", ...at);
    await until(async () => (await shown("first")).includes('"Status": "SUCCEEDED"'));
    expect(await shown("first")).toContain("granted");
    expect((await run("stop", "second", ...at)).text).toMatch(/is stopped\.$/u);
    const list = (await run("list", "approval-fixture", ...at)).text.split("\n");
    expect(list.map((line) => line.split(/ +/u)[1])).toEqual(["STATUS", "STOPPED", "SUCCEEDED", "SUCCEEDED"]);

    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    for (const [remedy, ...refused] of [
      ["list shows all", "show", "nothing", ...at],
      ["show EXECUTION has the id of each callback", "callback", "nothing", ...at],
      ["show EXECUTION has the id of each callback", "callback", "nothing", "--error", "no", ...at],
      ["The emulator runs: approval-fixture", "invoke", "nothing", ...at],
      ["is not JSON", "invoke", "approval-fixture", cli, ...at],
      ["the emulator runs: approval-fixture", "list", "nothing", ...at],
      ["start one with dev, or pass --endpoint", "list", "--endpoint", "http://127.0.0.1:1"],
      ["or --help", "unknown"],
      ["Unknown option '--unknown' of list; --help lists the options.", "list", "--unknown"],
      ["Unknown option '--port' of list; use --endpoint http://127.0.0.1:PORT.", "list", "--port", "3001"],
    ]) {
      expect(await run(...refused)).toEqual({ code: 2, text: "" });
      expect(error).toHaveBeenLastCalledWith(expect.stringContaining(remedy ?? ""));
    }
    error.mockRestore();
    child.kill("SIGINT");
    expect(await exited).toBe(0);
    expect(output()).toContain("first SUCCEEDED after");
  });

  test("kills the process that works on an execution, which goes on in another one", async () => {
    const { endpoint } = await dev(join(import.meta.dirname, "../packing.fixture.ts"));
    const at = ["--endpoint", endpoint];
    const event = join(folder, "packing.json");
    writeFileSync(event, '{"item":"cup","packingSeconds":3600}');
    await run("invoke", "packing-fixture", event, "--event", "--name", "killed", ...at);
    await until(async () => (await run("kill", "killed", ...at)).code === 0); // once its process has started
    const ended = async () =>
      (await run("show", "killed", ...at)).text.match(/InvocationCompleted.*/gu) ?? [];
    await until(async () => (await ended()).length === 1);
    await until(async () => (await run("kill", "killed", ...at)).code === 0);
    await until(async () => (await ended()).length === 2);
    await run("stop", "killed", ...at);
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await until(async () => (await run("kill", "killed", ...at)).code === 2);
    expect(error).toHaveBeenLastCalledWith(expect.stringContaining("it waits, or has ended"));
    error.mockRestore();
  });

  test("says that a server which is no emulator is none", async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.method === "GET" ? 200 : 500;
      response.end(request.method === "GET" ? "<html></html>" : "");
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo; // it listens on a port
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    for (const command of [["list"], ["show", "it"], ["invoke", "it"], ["callback", "it"]]) {
      const exit = await run(...command, "--endpoint", `http://127.0.0.1:${port}`);
      expect(exit).toEqual({ code: 2, text: "" });
      expect(error).toHaveBeenLastCalledWith(expect.stringContaining("is no emulator; pass --endpoint"));
    }
    error.mockRestore();
    await new Promise((closed) => server.close(closed));
  });

  test("shows all events of an execution, also where its history has several pages", async () => {
    const callback = { EventType: "CallbackStarted", EventTimestamp: 2, Name: "approval" };
    const pages: Readonly<Record<string, object>> = {
      "": { Events: [{ EventId: 1, EventType: "ExecutionStarted", EventTimestamp: 1 }], NextMarker: "a=" },
      "a=": { Events: [{ EventId: 2, ...callback, CallbackStartedDetails: { CallbackId: "c-1" } }] },
    };
    const server = createServer(({ url = "" }, response) => {
      const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
      const executions = [{ arn: "arn:1", executionName: "it" }];
      const page = pathname.endsWith("/history") ? pages[searchParams.get("Marker") ?? ""] : {};
      response.end(JSON.stringify(pathname === "/emulator/executions" ? executions : page));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo; // it listens on a port
    const { text } = await run("show", "it", "--endpoint", `http://127.0.0.1:${port}`);
    expect(text).toContain("ExecutionStarted");
    expect(text).toMatch(/CallbackStarted +approval +c-1/u);
    await new Promise((closed) => server.close(closed));
  });

  test("refuses a handler that cannot be loaded, and a foreign data file", async () => {
    const foreign = join(folder, "foreign");
    writeFileSync(foreign, "text ".repeat(1_000));
    await expect(dev(handler, "--data", foreign)).rejects.toThrow("was not written by this emulator");
    await expect(dev(join(import.meta.dirname, "table.ts"))).rejects.toThrow('exports no function "handler"');
    const throwing = join(folder, "throwing.mjs");
    writeFileSync(throwing, 'throw new Error("no table");');
    await expect(dev(throwing)).rejects.toThrow(/ImportModuleError: no table \(at .*throwing\.mjs:1:7\)/u);
  });

  test("loads a handler again when it changes", async () => {
    const source = join(folder, "greeting.mjs");
    const write = (text: string) => replace(source, `export const handler = async () => "${text}";`);
    write("hello");
    const { endpoint, child, exited, output } = await dev(source, handler, "--watch");
    // Nothing durable is in it, which a forgotten wrapper looks like.
    expect(output().match(/^ .*$/gmu)).toEqual([
      expect.stringContaining("greeting"),
      expect.stringMatching(/It is a plain function\. .* withDurableExecution/u),
      expect.stringContaining("approval-fixture"),
    ]);
    const invoke = () => run("invoke", "greeting", "--endpoint", endpoint);
    expect((await invoke()).text).toBe('"hello"');
    write("good morning");
    await until(async () => (await invoke()).text === '"good morning"');
    for (const broken of ["export const handler = (", "export const other = 1;"]) {
      const refusals = () => output().split("was not loaded").length;
      const before = refusals();
      replace(source, broken);
      await until(() => refusals() > before);
      expect((await invoke()).text).toBe('"good morning"');
    }
    child.kill("SIGTERM");
    expect(await exited).toBe(0);
  });
});

test("says which handler is not wrapped, at the start and whenever it is loaded again", async () => {
  const source = join(folder, "wrapping.mts");
  const parts = JSON.stringify(join(import.meta.dirname, "wrapping.fixture.ts"));
  const write = (...lines: string[]) =>
    replace(source, [`import { body, withDurableExecution } from ${parts};`, ...lines].join("\n"));
  const hint = /its handler is not wrapped, .* Export what withDurableExecution\(handler\) returns\./u;
  write("export const handler = body;");
  const { endpoint, output } = await dev(source, "--watch");
  expect(output()).toMatch(hint);
  for (const [hinted, ...lines] of [
    [false, "export const handler = withDurableExecution(body);"],
    [true, "export const unused = withDurableExecution(body);", "export const handler = body;"],
    // What a middleware returns is not what the SDK has returned.
    [
      false,
      "const durable = withDurableExecution(body);",
      "export const handler = (...of) => durable(...of);",
    ],
  ] as const) {
    write(...lines);
    // The version before this one can be loaded once more, since it was written just before it was read.
    await until(() => hint.test(output().split("was loaded again").at(-1) ?? "") === hinted);
  }
  expect(await run("invoke", "wrapping", "--endpoint", endpoint)).toEqual({ code: 0, text: "1" });
});

test("serves CommonJS, with its variables", async () => {
  const source = join(folder, "common.cjs");
  writeFileSync(
    source,
    'const { basename } = require("node:path"); exports.handler = async () => [basename(__dirname), basename(__filename)];',
  );
  const { endpoint } = await dev(source);
  const { text } = await run("invoke", "common", "--endpoint", endpoint);
  expect(JSON.parse(text)).toEqual([basename(folder), "common.cjs"]);
});

test("ends quietly and keeps its data when nobody reads its output any more", async () => {
  const data = join(folder, "unread.sqlite");
  const { endpoint, child, exited } = await dev(handler, "--data", data);
  const at = ["--endpoint", endpoint];
  const errors: string[] = [];
  child.stderr?.on("data", (text: Buffer) => errors.push(text.toString()));

  const event = join(folder, "unread.json");
  writeFileSync(event, '{"steps":1}');
  expect((await run("invoke", "approval-fixture", event, "--name", "read", ...at)).code).toBe(0);
  const list = spawn(process.execPath, [cli, "list", ...at], { stdio: ["ignore", "pipe", "pipe"] });
  list.stdout.destroy();
  list.stderr.on("data", (text: Buffer) => errors.push(text.toString()));
  expect(await once(list, "exit")).toEqual([0, null]);

  child.stdout?.destroy();
  // Its end is a line that nobody reads.
  await run("invoke", "approval-fixture", event, "--event", "--name", "unread", ...at);
  expect(await exited).toBe(0);
  expect(errors).toEqual([]);
  const again = await dev(handler, "--data", data);
  expect((await run("list", "--endpoint", again.endpoint)).text).toMatch(/SUCCEEDED .* unread\n.* read$/u);
});

describe("an emulator that is killed", () => {
  const STEPS = 12;
  const trace = join(folder, "trace");
  const lines = () => (existsSync(trace) ? readFileSync(trace, "utf8").trim().split("\n") : []);
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test("loses no acknowledged checkpoint, and leaves no process and no temporary file", async () => {
    const env = join(folder, "trace.env");
    writeFileSync(env, `TRACE_FILE=${trace}\n`);
    const data = join(folder, "data.sqlite");
    const request = {
      FunctionName: "approval-fixture:1",
      DurableExecutionName: "survivor",
      Payload: JSON.stringify({ steps: STEPS }),
    };
    const start = async () => {
      const started = await dev(handler, "--data", data, "--env", env);
      const credentials = { accessKeyId: "local", secretAccessKey: "local" };
      const client = new LambdaClient({
        endpoint: started.endpoint,
        region: "us-east-1",
        credentials,
        maxAttempts: 1,
      });
      return { ...started, client };
    };

    let known: unknown[] = [];
    for (const bodies of [2, 5, 9]) {
      const { client, child, exited } = await start();
      const { DurableExecutionArn } = await client.send(
        new InvokeCommand({ ...request, InvocationType: "Event" }),
      );
      const history = new GetDurableExecutionHistoryCommand({ DurableExecutionArn, MaxItems: 1_000 });
      await until(() => lines().length >= bodies);
      const { Events = [] } = await client.send(history);
      expect(Events.slice(0, known.length)).toEqual(known);
      known = Events;
      child.kill("SIGKILL");
      await exited;
      client.destroy();
      await until(() => readdirSync(temporary).length === 0);
    }
    const { client, child, exited } = await start();
    const { Payload, DurableExecutionArn } = await client.send(new InvokeCommand(request));
    expect(Payload?.transformToString()).toBe(JSON.stringify({ sum: (STEPS * (STEPS + 1)) / 2 }));
    const { Events = [] } = await client.send(
      new GetDurableExecutionHistoryCommand({ DurableExecutionArn, MaxItems: 1_000 }),
    );
    expect(Events.slice(0, known.length)).toEqual(known);
    const succeeded = Events.filter(({ EventType }) => EventType === "StepSucceeded");
    expect(succeeded.map(({ Name }) => Name)).toEqual(
      Array.from({ length: STEPS }, (_, n) => `add ${n + 1}`),
    );
    child.kill("SIGINT");
    await exited;
    client.destroy();
    const pids = new Set(lines().map(Number));
    expect(pids.size).toBeGreaterThan(1);
    await until(() => Array.from(pids).every((pid) => !isAlive(pid)));
  });
});
