import type { ErrorObject } from "@durable-counter/testing/service";

/** What Node says of a file with `import` or `export` that it reads as CommonJS, as it does if package.json says so. */
const READ_AS_COMMONJS = /^Cannot use import statement outside a module|^Unexpected token 'export'/u;

const REMEDY =
  'Node reads the file as CommonJS. Set "type": "module" in its package.json (npm pkg set type=module), or install esbuild ' +
  "in your project (npm install --save-dev esbuild), which bundles it.";

/** A text for the terminal: why a handler could not be loaded, and what to do if that is known. */
export function loadErrorText({ ErrorType, ErrorMessage = "", StackTrace = [] }: ErrorObject): string {
  if (READ_AS_COMMONJS.test(ErrorMessage)) return `${ErrorType}: ${ErrorMessage}. ${REMEDY}`;
  const where = StackTrace.find((line) => line.startsWith("at "));
  return `${ErrorType}: ${ErrorMessage}${where === undefined ? "" : ` (${where})`}`;
}
