import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { execPath } from "node:process";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { localClient } from "../local-client.ts";
import { startEngine } from "./adding-engine.fixture.ts";
import { addOne } from "./adding.fixture.ts";
import { startFaultyNetwork } from "./faulty-network.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A server that does what no DynamoDB should. */
async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a server on TCP has no other kind of address
}

const post = (endpoint: string) => fetch(endpoint, { method: "POST", body: "{}" });

describe("a faulty network", () => {
  test("resets connections when the engine is gone, and drains", async () => {
    const db = await startEngine();
    await using network = await startFaultyNetwork(db.endpoint, {
      faults: {},
      delayMs: { min: 50, max: 50 },
    });
    const client = localClient(network.endpoint, { maxAttempts: 1 });
    expect(await addOne(client, "a")).toBe(1);
    await db.stop();
    for (const fault of ["lose-reply", "delay", "duplicate", "cut-reply"] as const) {
      network.injectNext(fault);
      await expect(addOne(client, "a")).rejects.toMatchObject({ code: "ECONNRESET" });
    }
    await expect(addOne(client, "a")).rejects.toMatchObject({ code: "ECONNRESET" });
    await network.drain();
    client.destroy();
  });

  test("outlives an engine that breaks off in the middle of a reply", async () => {
    let breaks = true;
    const engine = await startServer((incoming, outgoing) => {
      incoming.resume();
      if (!breaks) return void outgoing.end("whole");
      outgoing.writeHead(200, { "content-length": 100 });
      outgoing.write("half", () => void outgoing.socket?.resetAndDestroy());
    });
    await using network = await startFaultyNetwork(engine, { faults: {} });
    for (let request = 0; request < 10; request++) {
      await expect(post(network.endpoint)).rejects.toThrow("fetch failed");
    }
    breaks = false;
    expect(await (await post(network.endpoint)).text()).toBe("whole");
  });

  test("outlives clients that hang up in the middle of a request, and sends none of them on", async () => {
    let reached = 0;
    const engine = await startServer((_incoming, outgoing) => {
      reached += 1;
      outgoing.end("whole");
    });
    await using network = await startFaultyNetwork(engine, { faults: {} });
    for (let client = 0; client < 10; client++) {
      const socket = connect(Number(new URL(network.endpoint).port), "127.0.0.1");
      await once(socket, "connect");
      const half = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 99\r\n\r\n{";
      await new Promise((sent) => socket.write(half, sent));
      await expect.poll(() => network.requests).toEqual({ unknown: client + 1 });
      socket.destroy();
    }
    await network.drain();
    expect(reached).toBe(0);
    expect(await (await post(network.endpoint)).text()).toBe("whole");
  });

  test("passes a reply on whole, however it comes from the engine", async () => {
    const chunks = Array.from({ length: 50 }, (_, index) => `${index} `.repeat(5_000));
    const engine = await startServer((incoming, outgoing) => {
      incoming.resume();
      outgoing.writeHead(418, { "x-vendor": "kept" });
      for (const chunk of chunks) outgoing.write(chunk);
      outgoing.end();
    });
    await using network = await startFaultyNetwork(engine, { faults: {} });
    const response = await post(network.endpoint);
    expect([response.status, response.headers.get("x-vendor")]).toEqual([418, "kept"]);
    expect(await response.text()).toBe(chunks.join(""));
  });

  test("sets no time after which it would close a client's idle connection", async () => {
    const engine = await startServer((_incoming, outgoing) => void outgoing.end());
    await using network = await startFaultyNetwork(engine, { faults: {} });
    const { headers } = await post(network.endpoint);
    expect([headers.get("connection"), headers.get("keep-alive")]).toEqual(["keep-alive", null]);
  });

  test("stop answers nobody any more, and carries out nothing that is held back", async () => {
    const db = await startEngine();
    const network = await startFaultyNetwork(db.endpoint, {
      faults: {},
      delayMs: { min: 60_000, max: 60_000 },
    });
    const client = localClient(network.endpoint, { maxAttempts: 1 });
    network.injectNext("delay");
    network.injectNext("lose-request");
    const waiting = [addOne(client, "a"), addOne(client, "a")];
    await expect.poll(() => network.requests).toEqual({ UpdateItem: 2 });
    const told = Promise.allSettled(waiting);
    await Promise.all([network.stop(), network.stop()]);
    await network.stop();
    await network.drain();
    expect(await told).toMatchObject([
      { status: "rejected", reason: { code: "ECONNRESET" } },
      { status: "rejected", reason: { code: "ECONNRESET" } },
    ]);
    await expect(post(network.endpoint)).rejects.toThrow("fetch failed");
    client.destroy();
    await db.stop();
  });

  test("stop waits for no engine", async () => {
    let reached = 0;
    const engine = await startServer(() => void (reached += 1));
    const network = await startFaultyNetwork(engine, { faults: {} });
    const told = post(network.endpoint).catch(({ message }: Error) => message);
    await expect.poll(() => reached).toBe(1);
    await network.stop();
    expect(await told).toBe("fetch failed");
  });

  test("stop leaves nothing that would keep the process alive, or warn", async () => {
    const program = spawn(execPath, ["--input-type=module", "--eval", PROGRAM], {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 500_000,
    });
    const [said, warned, [code]] = await Promise.all([
      text(program.stdout),
      text(program.stderr),
      once(program, "exit"),
    ]);
    expect({ said, warned, code }).toEqual({ said: "stopped", warned: "", code: 0 });
  });
});

/** Ends by itself, if nothing is left open: with requests held back, lost, duplicated, and under way. */
const PROGRAM = `
  import { startEngine } from ${JSON.stringify(new URL("adding-engine.fixture.ts", import.meta.url).href)};
  import { addOne } from ${JSON.stringify(new URL("adding.fixture.ts", import.meta.url).href)};
  import { localClient } from ${JSON.stringify(new URL("../local-client.ts", import.meta.url).href)};
  import { startFaultyNetwork } from ${JSON.stringify(new URL("faulty-network.ts", import.meta.url).href)};
  const db = await startEngine();
  const network = await startFaultyNetwork(db.endpoint, { seed: 1, delayMs: { min: 3_600_000, max: 3_600_000 } });
  const client = localClient(network.endpoint, { maxAttempts: 1 });
  for (let n = 0; n < 15; n++) network.injectNext("delay");
  for (let n = 0; n < 5; n++) network.injectNext("lose-request");
  const adding = Array.from({ length: 200 }, () => addOne(client, "a").catch(() => "told"));
  while ((network.requests.UpdateItem ?? 0) < 40) await new Promise(setImmediate);
  await network.stop();
  client.destroy();
  await Promise.all(adding);
  await db.stop();
  process.stdout.write("stopped");
`;
