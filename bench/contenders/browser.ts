import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

/** The file of Chromium: what the variable `CHROMIUM` names, or `chromium` in the `PATH`. */
export function browserFile(): string | undefined {
  const { CHROMIUM, PATH = "" } = process.env;
  const files = CHROMIUM === undefined ? PATH.split(delimiter).map((at) => join(at, "chromium")) : [CHROMIUM];
  return files.find((file) => existsSync(file));
}

/** Starts Chromium without a window and without a graphics card. It ends with this process. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserFile() ?? "chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
}
