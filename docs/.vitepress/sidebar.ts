import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DefaultTheme } from "vitepress";
import { PAGES, ROOT } from "./pages.ts";

const GROUPS: Readonly<Record<string, readonly (readonly [title: string, page: string])[]>> = {
  Start: [
    ["In five minutes", "start"],
    ["Choose a state backend", "choosing-a-backend"],
    ["Test with crashes", "packages/testing"],
    ["A store of your own", "own-store"],
    ["See it run", "packages/emulator"],
    ["Deploy", "deploy"],
    ["Migrate", "migrating"],
  ],
  Recipes: [
    ["Stock with reservations", "recipes/stock-with-reservations"],
    ["Prepaid credits", "recipes/prepaid-credits"],
    ["Windows: minutes to months", "windows"],
    ["A monthly quota per customer", "recipes/monthly-quota"],
    ["A rate limit per minute", "recipes/rate-limit"],
    ["Invoice numbers without gaps", "recipes/invoice-numbers"],
    ["Metering from SQS", "recipes/metering"],
    ["Metering from streams", "recipes/metering-streams"],
    ["Likes on a hot item", "recipes/likes"],
  ],
  "What is guaranteed": [
    ["Guarantees", "guarantees"],
    ["What is stable", "stability"],
    ["How exactly-once counting works", "how-exactly-once-works"],
    ["Timelines", "testing-timelines"],
    ["Observations", "observations/README"],
    ["Benchmarks", "benchmarks"],
  ],
  Packages: [
    ["core", "packages/core"],
    ["durable", "packages/durable"],
    ["dynamodb", "packages/dynamodb"],
    ["testing", "packages/testing"],
    ["emulator", "packages/emulator"],
    ["Reference", "reference/"],
  ],
  Contribute: [
    ["Examples", "examples"],
    ["Architecture", "architecture"],
    ["Contributing", "contributing"],
  ],
};

const pages = new Set(PAGES.values());

/** The site's sidebar. A group has the pages of it that exist. */
export const sidebar: DefaultTheme.SidebarItem[] = Object.entries(GROUPS)
  .map(([text, items]) => ({
    text,
    items: items
      .filter(([, page]) => pages.has(`${page}.md`) || existsSync(join(ROOT, "docs", page, "index.md")))
      .map(([title, page]) => ({ text: title, link: `/${page}` })),
  }))
  .filter(({ items }) => items.length > 0);
