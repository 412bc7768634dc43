import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../index.ts";

const file = join(import.meta.dirname, "..", "cli", "approval.fixture.ts");
const EVIL = "<img src=x onerror=\"document.title='broken'\">";
/** Ends only a test that hangs. */
const HANG_MS = 600_000;
let browser: Browser | undefined;
let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ functions: [{ name: "approval", file }] });
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
});
afterAll(async () => {
  await browser?.close();
  await emulator.stop();
});

/** Opens the console in a window of its own. Errors of the page, also of its policy, fail the test. */
async function withConsole(
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  if (browser === undefined) throw new Error("No browser was started.");
  const context = await browser.newContext(options);
  try {
    context.setDefaultTimeout(HANG_MS);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto(emulator.endpoint);
    await page.getByText("Connected.").waitFor();
    await use(page);
    expect(errors).toEqual([]);
  } finally {
    await context.close();
  }
}

async function startNamed(page: Page, name: string, event: object): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Event, as JSON").fill(JSON.stringify(event));
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("heading", { name: `approval / ${name}` }).waitFor();
}

const facts = (page: Page, text: string) => page.locator("#facts").getByText(text, { exact: true });

test("starts an execution, shows it live, and completes its callback", async () => {
  await withConsole({}, async (page) => {
    await startNamed(page, "live", { steps: 3, asks: true, note: EVIL });
    await page.getByLabel("Answer to the callback approval").fill(EVIL);
    await page.getByRole("button", { name: "Complete the callback approval" }).click();
    await facts(page, "SUCCEEDED").waitFor();
    expect(await page.locator("#facts").textContent()).toContain("<img src=x");
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.title()).toBe("Durable functions");
    await page.getByRole("row", { name: /live approval SUCCEEDED/u }).waitFor();
  });
});

test("fails a callback, stops an execution, and runs one again with an edited event", async () => {
  await withConsole({}, async (page) => {
    await startNamed(page, "refused", { asks: true });
    await page.getByLabel("Answer to the callback approval").fill("no budget");
    await page.getByRole("button", { name: "Fail the callback approval" }).click();
    await facts(page, "FAILED").waitFor();
    await page.getByRole("button", { name: "Run again with an edited event" }).click();
    expect(await page.getByLabel("Event, as JSON").inputValue()).toBe('{"asks":true}');
    await startNamed(page, "stopped", { asks: true });
    await page.getByLabel("Answer to the callback approval").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await facts(page, "STOPPED").waitFor();
    await page.getByLabel("Status").selectOption("STOPPED");
    expect(await page.locator("#list tr").count()).toBe(1);
  });
});

test("kills the process of an execution, which recovers", async () => {
  await withConsole({}, async (page) => {
    await startNamed(page, "killed", { steps: 150 });
    const kill = page.getByRole("button", { name: "Kill the process now" });
    await kill.click();
    await facts(page, "SUCCEEDED").waitFor();
    expect(await page.locator("#facts").textContent()).toContain('{"sum":11325}');
    expect(await page.locator("#facts").textContent()).toContain("Invocations2");
  });
});

describe("on any screen", () => {
  test.each([
    ["narrow and dark", { viewport: { width: 360, height: 740 }, colorScheme: "dark" as const }],
    ["wide and light", { viewport: { width: 1600, height: 900 }, colorScheme: "light" as const }],
  ])("fits, %s", async (_, options) => {
    await withConsole(options, async (page) => {
      await startNamed(page, `fits-${options.colorScheme}`, { asks: true });
      await page.getByLabel("Answer to the callback approval").waitFor();
      const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect(overflow).toBeLessThanOrEqual(0);
      const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      expect(background).toBe(options.colorScheme === "dark" ? "rgb(20, 23, 28)" : "rgb(255, 255, 255)");
    });
  });

  test("works by keyboard, and every control has a name", async () => {
    await withConsole({}, async (page) => {
      await page.getByLabel("Event, as JSON").focus();
      for (let n = 0; n < 2; n += 1) await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Start");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: /^approval \/ /u }).waitFor();
      const unnamed = await page.evaluate(
        "Array.from(document.querySelectorAll('input, select, textarea, button')).filter((each) => !(each.labels?.length || each.ariaLabel || each.textContent.trim())).length",
      );
      expect(unnamed).toBe(0);
    });
  });
});
