import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { findDynamoDBLocal, startDynamoDBLocal } from "./dynamodb-local.ts";
import { startDynalite } from "./dynalite.ts";

const found = await findDynamoDBLocal();

// Where Java is missing there is nothing to hold against these laws; `startDynamoDB` then tells so.
describe.runIf(!("missing" in found))("startDynamoDBLocal", () => {
  const installation = "missing" in found ? { java: "", folder: "" } : found;

  test("gives up a port that somebody took meanwhile, be it another DynamoDB", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const other = await startDynalite();
    const free = await freePort();
    // A server on TCP has no other kind of address.
    const ports = [(silent.address() as AddressInfo).port, Number(new URL(other.endpoint).port), free];
    const engine = await startDynamoDBLocal(installation, async () => ports.shift() ?? 0);
    expect(engine.endpoint).toBe(`http://127.0.0.1:${free}`);
    await Promise.all([engine.stop(), other.stop()]);
    silent.close();
  });

  test("a start that fails tells what Java said last", async () => {
    const start = startDynamoDBLocal({
      ...installation,
      folder: fileURLToPath(new URL(".", import.meta.url)),
    });
    await expect(start).rejects.toThrow(
      /^DynamoDB Local did not start\. It said last:\n.*DynamoDBLocal\.jar/s,
    );
  });

  test("a Java that cannot be run is told", async () => {
    const start = startDynamoDBLocal({ ...installation, java: "/nowhere/java" });
    await expect(start).rejects.toThrow(/spawn \/nowhere\/java ENOENT/);
  });

  test("removes its temporary folder when it is stopped", async () => {
    await using temporary = await createTemporaryFolder();
    vi.stubEnv("TMPDIR", temporary.path);
    const engine = await startDynamoDBLocal(installation);
    expect(await readdir(temporary.path)).toHaveLength(1);
    await engine.stop();
    expect(await readdir(temporary.path)).toEqual([]);
    vi.unstubAllEnvs();
  });

  test.each(["SIGTERM", "SIGINT", "SIGKILL"] as const)(
    "ends with the process that started it, and leaves no file, when that is ended by %s",
    async (signal) => {
      await using temporary = await createTemporaryFolder();
      const owner = spawn(execPath, ["--input-type=module", "--eval", OWNER], {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, TMPDIR: temporary.path },
      });
      const [port] = (await once(owner.stdout, "data")) as [Buffer];
      owner.kill(signal);
      expect(await once(owner, "exit")).toEqual([null, signal]);
      const remains = async () => ({
        listening: await isListening(Number(port)),
        files: await readdir(temporary.path),
      });
      await expect.poll(remains, { timeout: HANG_MS }).toEqual({ listening: false, files: [] });
    },
  );
});

/** A limit only ends a test that hangs. */
const HANG_MS = 300_000;

async function createTemporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "owner-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const MODULE = new URL("dynamodb-local.ts", import.meta.url).href;
const OWNER = `
  import { findDynamoDBLocal, startDynamoDBLocal } from ${JSON.stringify(MODULE)};
  const engine = await startDynamoDBLocal(await findDynamoDBLocal());
  process.stdout.write(new URL(engine.endpoint).port);
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a server on TCP has no other kind of address
  server.close();
  await once(server, "close");
  return port;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const connected = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}
