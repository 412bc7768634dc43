import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const run = promisify(execFile);
const infra = fileURLToPath(new URL(".", import.meta.url));
const cdk = createRequire(import.meta.url).resolve("aws-cdk/bin/cdk");
const newFolder = () => mkdtempSync(join(tmpdir(), "durable-counter-cli-"));

/** Neither credentials nor a Region; and a network that leads nowhere. */
const offline = () => ({
  PATH: process.env["PATH"],
  NODE_OPTIONS: process.env["NODE_OPTIONS"],
  HOME: newFolder(),
  AWS_EC2_METADATA_DISABLED: "true",
  CDK_DISABLE_CLI_TELEMETRY: "true",
  HTTPS_PROXY: "http://127.0.0.1:9",
});

describe("cdk synth", () => {
  test("needs no network, no credentials and no Docker", async () => {
    const output = newFolder();
    await run(process.execPath, [cdk, "synth", "--quiet", "--output", output, "-c", "throwAway=true"], {
      cwd: infra,
      env: { ...offline(), CDK_DOCKER: "docker-is-not-there" },
    });
    const template = readFileSync(join(output, "DurableCounters.template.json"), "utf8");
    expect(template).toContain('"DeletionProtectionEnabled": false');
  });

  test("says what is wrong with its context", async () => {
    const synth = run(process.execPath, [cdk, "synth", "--output", newFolder(), "-c", "throwAway=yes"], {
      cwd: infra,
      env: offline(),
    });
    await expect(synth).rejects.toThrow("pass -c throwAway=true or false");
  });
});

describe("pnpm run invoke", () => {
  /** An `aws` that writes down what it was asked for and answers 3; the AWS CLI itself is not ours to install. */
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
    expect(asked).toContain(`fileb://${join(folder, "order.json")}`);
    expect(asked).toContain("DurableOnTable-order-1");
  });

  test("fails as the AWS CLI fails", async () => {
    await expect(invoke(deployed({ exitCode: 254 }), "03", "order.json")).rejects.toMatchObject({
      code: 254,
    });
  });

  test("says what it misses, and asks nobody", async () => {
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
