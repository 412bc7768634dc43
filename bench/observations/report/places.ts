import { resolve } from "node:path";

/** Where the committed report is. */
export const REPORT_FOLDER = resolve(import.meta.dirname, "../../../docs/observations");

/** The README that shows its main table and figure. */
export const ROOT_README = resolve(import.meta.dirname, "../../../README.md");
