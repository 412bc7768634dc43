import { execFile } from "node:child_process";
import { join } from "node:path";

/** A Java that can be run. */
export interface Java {
  /** What to run: the one under `JAVA_HOME`, or else the `java` of the `PATH`. */
  readonly command: string;
  /** Its major version, such as 17. */
  readonly major: number;
}

/** The machine's Java, if it has one. */
export async function findJava(): Promise<Java | undefined> {
  const home = process.env["JAVA_HOME"];
  for (const command of home ? [join(home, "bin", "java"), "java"] : ["java"]) {
    const major = javaMajor(await versionOf(command));
    if (major !== undefined) return { command, major };
  }
  return undefined;
}

/** The major version that `java -version` tells: 17 of `"17.0.15"`, 8 of `"1.8.0_452"`. */
export function javaMajor(output: string): number | undefined {
  const major = /version "(?:1\.)?(\d+)/.exec(output)?.[1];
  return major === undefined ? undefined : Number(major);
}

/** Java tells its version on stderr. Where there is no Java, or one that does not run, this is no version. */
function versionOf(command: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, ["-version"], (error, _stdout, stderr) => resolve(error === null ? stderr : ""));
  });
}
