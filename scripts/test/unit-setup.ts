import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import workerThreads from "node:worker_threads";
import { afterAll, expect } from "vitest";

/**
 * A unit test opens no socket and starts no process or thread. Whatever tries throws, and its file fails even where
 * the code under test catches the error.
 */
const GUARDED = Symbol.for("durable-counter/unit-test-guard");
const guard = ((globalThis as { [GUARDED]?: { violation?: Error } })[GUARDED] ??= install()); // one per worker

afterAll(() => {
  const { violation } = guard;
  delete guard.violation;
  if (violation !== undefined) throw violation;
});

function install(): { violation?: Error } {
  const installed: { violation?: Error } = {};
  const refuse = (what: string) =>
    function refused(): never {
      const file = expect.getState().testPath ?? "this file";
      const renamed = file.replace(/\.test\.ts$/u, ".integration.test.ts");
      installed.violation ??= new Error(`${what} in a unit test. Rename ${file} to ${renamed}.`);
      throw installed.violation;
    };
  net.Socket.prototype.connect = refuse("A socket was opened");
  net.Server.prototype.listen = refuse("A server was started");
  const starters = ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"] as const;
  for (const starter of starters) childProcess[starter] = refuse("A process was started") as never; // same parameters, no result
  workerThreads.Worker = refuse("A thread was started") as never; // constructing it throws
  syncBuiltinESMExports();
  return installed;
}
