import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { infra, newFolder, run, runCdk } from "./command-line.fixture.ts";

test("cdk synth names the wrong value in its context", async () => {
  const synth = runCdk(["synth", "--output", newFolder(), "-c", "throwAway=yes"]);
  await expect(synth).rejects.toThrow("pass -c throwAway=true or false");
});

describe("pnpm run invoke", () => {
  /** A stand-in for the AWS CLI that records its arguments and answers 3. */
  function deployed({ exitCode = 0 } = {}) {
    const folder = newFolder();
    mkdirSync(join(folder, "dist"));
    writeFileSync(join(folder, "dist/outputs.json"), '{"DurableCounters":{"DurableOnTableArn":"arn:live"}}');
    writeFileSync(join(folder, "order.json"), '{"idempotencyKey":"order-1"}');
    writeFileSync(
      join(folder, "aws"),
      `#!${process.execPath}
const { writeFileSync } = require("node:fs");
writeFileSync("asked.json", JSON.stringify(process.argv.slice(2)));
writeFileSync(process.argv.at(-1), '{"value":3}');
process.exitCode = ${exitCode};`,
    );
    chmodSync(join(folder, "aws"), 0o755);
    return folder;
  }
  const invoke = (folder: string, ...args: string[]) =>
    run(process.execPath, [join(infra, "invoke.ts"), ...args], {
      cwd: folder,
      env: { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"]}` },
    });

  test("sends an event file and prints the answer", async () => {
    const folder = deployed();
    expect((await invoke(folder, "03", "order.json")).stdout).toBe('{"value":3}\n');
    const asked: unknown = JSON.parse(readFileSync(join(folder, "asked.json"), "utf8"));
    const payload = join(folder, "dist/event.json");
    expect(asked).toContain(`fileb://${payload}`);
    expect(asked).toContain("DurableOnTable-order-1");
    const sent = readFileSync(payload, "utf8");
    expect(JSON.parse(sent)).toEqual({ idempotencyKey: "order-1", issuedAt: expect.any(Number) });
    await invoke(folder, "03", "order.json");
    expect(readFileSync(payload, "utf8")).toBe(sent);
  });

  test("fails with the exit code of the AWS CLI", async () => {
    await expect(invoke(deployed({ exitCode: 254 }), "03", "order.json")).rejects.toMatchObject({
      code: 254,
    });
  });

  test("names what is missing, and does not call the AWS CLI", async () => {
    const folder = deployed();
    await expect(invoke(folder, "03")).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("There is no event file"),
    });
    await expect(invoke(folder, "07", "order.json")).rejects.toMatchObject({ code: 2 });
    expect(existsSync(join(folder, "asked.json"))).toBe(false);
    await expect(invoke(newFolder(), "03", join(folder, "order.json"))).rejects.toMatchObject({
      stderr: expect.stringContaining("pnpm run deploy"),
    });
  });
});
