import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { findDynamoDBLocal, startDynamoDBLocal } from "./dynamodb-local.ts";
import { startDynalite } from "./dynalite.ts";

const found = await findDynamoDBLocal();

// Where Java is missing there is nothing to hold against these laws; `startDynamoDB` then tells so.
describe.runIf(!("missing" in found))("startDynamoDBLocal", { timeout: 30_000 }, () => {
  const installation = "missing" in found ? { java: "", folder: "" } : found;

  test("gives up a port that somebody took meanwhile, be it another DynamoDB", async () => {
    const silent = createServer().listen(0);
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

  test("ends with the process that started it, though a signal ends that", async () => {
    const owner = spawn(execPath, ["--input-type=module", "--eval", OWNER], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(owner.stdout, "data")) as [Buffer];
    owner.kill("SIGTERM");
    expect(await once(owner, "exit")).toEqual([null, "SIGTERM"]);
    await expect.poll(() => isListening(Number(port))).toBe(false);
  });
});

const MODULE = new URL("dynamodb-local.ts", import.meta.url).href;
const OWNER = `
  import { findDynamoDBLocal, startDynamoDBLocal } from ${JSON.stringify(MODULE)};
  const engine = await startDynamoDBLocal(await findDynamoDBLocal());
  process.stdout.write(new URL(engine.endpoint).port);
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
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
