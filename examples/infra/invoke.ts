import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { invocation, type InvocationRequest } from "./invocation.ts";

/** `pnpm run invoke HANDLER EVENT`: sends an event file to a deployed handler, with the AWS CLI, and prints the answer. */
function invoke(handler = "", eventFile = ""): number {
  if (!existsSync(eventFile)) {
    throw new TypeError(
      `There is no event file "${eventFile}"; pass HANDLER EVENT, for example 03 ../events/shopping-cart.json.`,
    );
  }
  if (!existsSync(OUTPUTS))
    throw new TypeError("Nothing is deployed from this folder yet; run pnpm run deploy.");
  const request = {
    handler,
    eventFile: resolve(eventFile),
    event: readFileSync(eventFile, "utf8"),
    answerFile: ANSWER,
    outputs: JSON.parse(readFileSync(OUTPUTS, "utf8")) as InvocationRequest["outputs"], // as the CDK wrote it
  };
  const { status, error } = spawnSync("aws", invocation(request), { stdio: "inherit" });
  if (error !== undefined) throw new Error(`The AWS CLI could not be run: ${error.message}.`);
  if (status === 0) console.log(readFileSync(ANSWER, "utf8"));
  return status ?? 1;
}

const OUTPUTS = "dist/outputs.json";
const ANSWER = resolve("dist/answer.json");

try {
  process.exitCode = invoke(...process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
