import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { invocation, withIssuedAt, type FirstSent, type InvocationRequest } from "./invocation.ts";

/** `pnpm run invoke HANDLER EVENT`: sends an event file to a deployed handler, with the AWS CLI, and prints the answer. */
function invoke(handler = "", eventFile = ""): number {
  if (!existsSync(eventFile)) {
    throw new TypeError(
      `There is no event file "${eventFile}"; pass HANDLER EVENT, for example 03 ../events/shopping-cart.json.`,
    );
  }
  if (!existsSync(OUTPUTS))
    throw new TypeError("Nothing is deployed from this folder yet; run pnpm run deploy.");
  const given = readFileSync(eventFile, "utf8");
  const args = invocation({
    handler,
    eventFile: resolve(eventFile),
    payloadFile: EVENT,
    event: given,
    answerFile: ANSWER,
    outputs: JSON.parse(readFileSync(OUTPUTS, "utf8")) as InvocationRequest["outputs"], // as the CDK wrote it
  });
  const before = existsSync(FIRST_SENT) ? (JSON.parse(readFileSync(FIRST_SENT, "utf8")) as FirstSent) : {}; // written below
  const { event, firstSent } = withIssuedAt(given, before, Date.now());
  writeFileSync(FIRST_SENT, JSON.stringify(firstSent));
  writeFileSync(EVENT, event);
  const { status, error } = spawnSync("aws", args, { stdio: "inherit" });
  if (error !== undefined) throw new Error(`The AWS CLI could not be run: ${error.message}.`);
  if (status === 0) console.log(readFileSync(ANSWER, "utf8"));
  return status ?? 1;
}

const OUTPUTS = "dist/outputs.json";
const ANSWER = resolve("dist/answer.json");
const EVENT = resolve("dist/event.json");
const FIRST_SENT = "dist/first-sent.json";

try {
  process.exitCode = invoke(...process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
