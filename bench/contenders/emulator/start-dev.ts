import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pathToFileURL } from "node:url";

/** A handler as a user writes it; its function has the name of the file. */
const HANDLER = join(import.meta.dirname, "..", "..", "..", "examples", "01-durable-counter.ts");
const FUNCTION = "01-durable-counter";
const STRIP_TYPES = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
const EVENT = JSON.stringify({ counterId: "bench", commands: [{ type: "increment", amount: 1 }] });
/** What the emulator cannot do without: Node, esbuild, and one bundle of the handler. */
const BUNDLE_ONLY = `
import { build } from ${JSON.stringify(pathToFileURL(createRequire(import.meta.url).resolve("esbuild")).href)};
await build({ entryPoints: [process.argv[1]], bundle: true, platform: "node", format: "esm", write: false, logLevel: "silent" });`;

/** Starts `durable-emulator dev` in a new process, and invokes its function once. Ends it. */
export async function startAndInvoke(): Promise<void> {
  const cli = createRequire(import.meta.url).resolve("@durable-counter/emulator/cli");
  const child = spawn(process.execPath, [...STRIP_TYPES, cli, "dev", HANDLER, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const endpoint = await endpointOf(child.stdout);
    const response = await fetch(`${endpoint}/2015-03-31/functions/${FUNCTION}:$LATEST/invocations`, {
      method: "POST",
      headers: { "x-amz-durable-execution-name": "first" },
      body: EVENT,
    });
    const text = await response.text();
    if (!response.ok || response.headers.has("x-amz-function-error")) {
      throw new Error(`The first invocation was answered with ${response.status}: ${text}`);
    }
  } finally {
    // The end is not waited for, because a bench measures this function.
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000).unref();
    child.once("exit", () => clearTimeout(timer));
  }
}

/** Starts Node in a new process, which only bundles the same handler. */
export async function bundleOnly(): Promise<void> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", BUNDLE_ONLY, HANDLER], {
    stdio: "inherit",
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`The bundle ended with code ${code}; see above.`);
}

/** Waits until `dev` prints where it listens. What it prints then is not kept. */
function endpointOf(output: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    output.on("data", (chunk) => {
      text += String(chunk);
      const found = /http:\/\/127\.0\.0\.1:\d+/u.exec(text);
      if (found !== null) resolve(found[0]);
    });
    output.once("end", () => reject(new Error(`durable-emulator dev ended before it listened: ${text}`)));
  });
}
