import type { Figure } from "./block.ts";

/** A figure as files, of which the reader's theme chooses one. */
export function pictureFiles({ name, alt }: Figure): string {
  return [
    "<picture>",
    `  <source media="(prefers-color-scheme: dark)" srcset="./figures/${name}-dark.svg">`,
    `  <img src="./figures/${name}-light.svg" width="760" alt="${alt.replaceAll('"', "&quot;")}">`,
    "</picture>",
  ].join("\n");
}
