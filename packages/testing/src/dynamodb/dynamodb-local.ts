import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { get } from "node:http";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "./engine.ts";
import { findJava } from "./java.ts";

const JAVA_NEEDED = 17;
const PORTS_TRIED = 5;
const POLL_MS = 25;
const START_WITHIN_MS = 300_000; // ends only a start that hangs
const LINES_SHOWN = 20;

/** What DynamoDB Local needs, as found on this machine. */
export interface DynamoDBLocalInstallation {
  /** The command that runs Java. */
  readonly java: string;
  /** The folder of `DynamoDBLocal.jar`. */
  readonly folder: string;
}

/** Looks for Java and the jar, or tells in a sentence what is missing and where to get it. */
export async function findDynamoDBLocal(): Promise<DynamoDBLocalInstallation | { readonly missing: string }> {
  const folder = jarFolder();
  if (folder === undefined) {
    return {
      missing: "Its jar is missing; install the npm package amplify-dynamodb-simulator, which brings it.",
    };
  }
  const java = await findJava();
  if (java === undefined) {
    return {
      missing: `Java is missing; install Java ${JAVA_NEEDED} or newer, or let JAVA_HOME point at one.`,
    };
  }
  if (java.major < JAVA_NEEDED) {
    return { missing: `${java.command} is Java ${java.major}; install ${JAVA_NEEDED} or newer.` };
  }
  return { java: java.command, folder };
}

/**
 * Starts AWS's own DynamoDB Local, in memory, on a free port; in one to three seconds. It has transactions and
 * reports consumed capacity. A port that somebody else takes meanwhile is given up for another.
 *
 * @param choosePort where to listen; by default a port that is free at this moment
 */
export async function startDynamoDBLocal(
  installation: DynamoDBLocalInstallation,
  choosePort: () => Promise<number> = freePort,
): Promise<Engine> {
  for (let tried = 1; ; tried++) {
    const outcome = await startOn(await choosePort(), installation);
    if ("endpoint" in outcome) return outcome;
    if (outcome.portTaken && tried < PORTS_TRIED) continue;
    throw new Error(`DynamoDB Local did not start. It said last:\n${outcome.said}`);
  }
}

async function startOn(
  port: number,
  { java, folder }: DynamoDBLocalInstallation,
): Promise<Engine | { readonly portTaken: boolean; readonly said: string }> {
  const endpoint = `http://127.0.0.1:${port}`;
  // DynamoDB Local repeats the origin it is told to allow: so we know that it is ours that answers.
  const origin = `http://${randomUUID()}.invalid`;
  // A test is over before Java's thorough compiler pays off.
  const program = [
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData", // a file in the temporary folder of the machine, which stays when Java is killed
    "-Djava.library.path=./DynamoDBLocal_lib",
    "-jar",
    "DynamoDBLocal.jar",
  ];
  const settings = ["-inMemory", "-disableTelemetry", "-port", String(port), "-cors", origin];
  const { child, closed } = startGuarded(java, [...program, ...settings], folder);
  const output = keepLastLines(child);
  const stop = async () => {
    child.stdin.end();
    await closed;
  };

  // Java lives on after a failed main thread.
  const hasFailed = () => hasEnded(child) || output().includes('Exception in thread "main"');
  for (const deadline = Date.now() + START_WITHIN_MS; ; await sleep(POLL_MS)) {
    const allowed = await allowedOrigin(endpoint, origin, hasFailed);
    if (allowed === origin) return { endpoint, stop };
    if (hasFailed() || allowed !== undefined || Date.now() > deadline) {
      await stop();
      return {
        portTaken: allowed !== undefined || /Address already in use|Failed to bind/.test(output()),
        said: output(),
      };
    }
  }
}

/**
 * Runs a command by a guard: a process that owns a temporary folder, ends the command and removes the folder when our
 * end of its standard input closes. The system closes it when we end, even when we are killed.
 */
function startGuarded(command: string, args: readonly string[], folder: string) {
  const child = spawn(process.execPath, ["--eval", GUARD, command, ...args], {
    cwd: folder,
    stdio: "pipe",
    detached: true, // so that Ctrl-C in a terminal does not end it before it has removed the folder
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  child.stdin.on("error", () => {}); // The guard has ended already.
  return { child, closed: new Promise((resolve) => child.on("close", resolve)) };
}

/** Source text, so that it is found in each build alike. */
const GUARD = `
  const { spawn } = require("node:child_process");
  const { mkdtempSync, rmSync } = require("node:fs");
  const { tmpdir } = require("node:os");
  const { join } = require("node:path");
  const [command, ...args] = process.argv.slice(1);
  const folder = mkdtempSync(join(tmpdir(), "dynamodb-local-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const child = spawn(command, ["-Djava.io.tmpdir=" + folder, ...args], { stdio: ["ignore", "inherit", "inherit"] });
  child.on("error", ({ message }) => {
    process.stderr.write(message);
    process.exitCode = 1;
    process.stdin.destroy();
  });
  child.on("exit", () => process.exit());
  process.stdin.on("close", () => child.kill("SIGKILL")).resume();
`;

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/**
 * Which origin the server there allows: `undefined` where none answers, empty where it does not say. However slow it is,
 * an answer is waited for until the engine is known to have failed: then the server is somebody else's.
 */
function allowedOrigin(
  endpoint: string,
  origin: string,
  hasFailed: () => boolean,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(endpoint, { headers: { origin }, agent: false }, (response) => {
      response.resume();
      resolve(response.headers["access-control-allow-origin"] ?? "");
    });
    const watch = setInterval(() => hasFailed() && request.destroy(), POLL_MS);
    request.on("error", () => resolve(undefined));
    request.on("close", () => clearInterval(watch));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a server on TCP has no other kind of address
  server.close();
  await once(server, "close");
  return port;
}

function keepLastLines(child: ChildProcess): () => string {
  let lines: string[] = [];
  const keep = (text: string) => {
    lines = `${lines.join("\n")}${text}`.split("\n").slice(-LINES_SHOWN);
  };
  child.stdout?.setEncoding("utf8").on("data", keep);
  child.stderr?.setEncoding("utf8").on("data", keep);
  child.on("error", ({ message }) => keep(message));
  return () => lines.join("\n");
}

function jarFolder(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve("amplify-dynamodb-simulator/package.json");
    return join(dirname(manifest), "emulator");
  } catch {
    return undefined;
  }
}
