import { countingHandler, EMULATOR, EMULATOR_IN_PROGRAM, emulatorTest } from "./emulator-programs.ts";
import { execCommand, type PackageManager } from "./package-manager.ts";
import { BUNDLED, LAMBDA, testProgram, TYPED, type ModuleSystem } from "./programs.ts";

/** A project of a user, who has nothing but what a README tells to install. */
export interface Project {
  readonly name: string;
  readonly manager: PackageManager;
  /** By default the Node that runs this. */
  readonly node?: string;
  readonly modules: ModuleSystem;
  /** What is installed besides the packages of the READMEs, exact versions where it matters. */
  readonly tools?: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** Command lines that must succeed. */
  readonly commands: readonly string[];
  /** A command line that must fail, and a part of what it must say. */
  readonly refused?: { readonly command: string; readonly says: string };
}

/** The oldest TypeScript whose users can type-check with our types, and those of our peers. */
const OLDEST_TYPESCRIPT = "5.4";

interface CompilerOptions {
  readonly module: string;
  readonly moduleResolution: string;
}

function tsconfig(options: CompilerOptions): string {
  return JSON.stringify({
    compilerOptions: {
      target: "es2022",
      lib: ["es2022"],
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: ["node"],
      ...options,
    },
    files: ["typed.ts"],
  });
}

const NODENEXT = tsconfig({ module: "nodenext", moduleResolution: "nodenext" });
const BUNDLER = tsconfig({ module: "esnext", moduleResolution: "bundler" });
const NODE10 = tsconfig({ module: "commonjs", moduleResolution: "node10" });
const TYPES = ["@types/node@22", "@types/aws-lambda"];

const NODE_TEST = { from: "node:test" } as const;

/** Not the product of everything, but every kind at least once, in pairs that people use. The slowest begin. */
export const PROJECTS: readonly Project[] = [
  {
    name: "yarn 1 · CommonJS · jest · oldest TypeScript, nodenext",
    manager: "yarn@1",
    modules: "cjs",
    tools: ["jest", "@aws-sdk/client-lambda", `typescript@${OLDEST_TYPESCRIPT}`, "zod", ...TYPES],
    files: {
      "counter.test.js": testProgram("cjs", {}),
      "handler.js": countingHandler("cjs"),
      "emulator.mjs": EMULATOR,
      "typed.ts": TYPED,
      "tsconfig.json": NODENEXT,
      "tsconfig.node10.json": NODE10,
    },
    commands: [execCommand("yarn@1", "jest"), execCommand("yarn@1", "tsc"), "node emulator.mjs handler.js"],
    refused: {
      command: execCommand("yarn@1", "tsc -p tsconfig.node10.json"),
      says: "Consider updating to 'node16', 'nodenext', or 'bundler'",
    },
  },
  {
    name: "pnpm 12 · webpack, rollup",
    manager: "pnpm@12",
    modules: "esm",
    tools: [
      "webpack",
      "rollup",
      "@rollup/plugin-node-resolve",
      "@rollup/plugin-commonjs",
      "@rollup/plugin-json",
    ],
    files: {
      "lambda.js": LAMBDA,
      "bundled.mjs": BUNDLED,
      "bundle.mjs": `
import webpack from "webpack";
import { rollup } from "rollup";
import resolve from "@rollup/plugin-node-resolve";
import commonjs from "@rollup/plugin-commonjs";
import json from "@rollup/plugin-json";
const output = { path: process.cwd() + "/out", filename: "webpack.cjs", library: { type: "commonjs2" } };
await new Promise((done, fail) => webpack({ entry: "./lambda.js", target: "node22", mode: "production", output },
  (error, stats) => error || stats.hasErrors() ? fail(error ?? new Error(stats.toString())) : done()));
const bundle = await rollup({ input: "lambda.js", plugins: [resolve({ preferBuiltins: true }), commonjs(), json()], logLevel: "silent" });
await bundle.write({ file: "out/rollup.mjs", format: "esm", inlineDynamicImports: true });
`,
    },
    commands: ["node bundle.mjs", "node bundled.mjs out/webpack.cjs", "node bundled.mjs out/rollup.mjs"],
  },
  {
    name: "npm · the oldest peers · zod 4.1",
    manager: "npm",
    modules: "esm",
    tools: [
      "@aws-sdk/client-dynamodb@3.803.0",
      "@aws/durable-execution-sdk-js@2.3.1",
      "zod@4.1.13",
      `typescript@${OLDEST_TYPESCRIPT}`,
      ...TYPES,
    ],
    files: {
      "counter.test.mjs": testProgram("esm", NODE_TEST),
      "typed.ts": TYPED,
      "tsconfig.json": NODENEXT,
    },
    commands: ["node --test", execCommand("npm", "tsc")],
  },
  {
    name: "npm · esbuild by CDK's NodejsFunction",
    manager: "npm",
    modules: "cjs",
    tools: ["esbuild", "aws-cdk-lib", "constructs"],
    files: {
      "lambda.mjs": LAMBDA,
      "bundled.mjs": BUNDLED,
      "app.js": `
const { App, Stack } = require("aws-cdk-lib");
const { NodejsFunction } = require("aws-cdk-lib/aws-lambda-nodejs");
const { Runtime } = require("aws-cdk-lib/aws-lambda");
const app = new App({ outdir: "out" });
const bundling = { externalModules: [], minify: true, sourceMap: true };
new NodejsFunction(new Stack(app, "Stack"), "Counter", { entry: "lambda.mjs", runtime: Runtime.NODEJS_22_X, bundling });
app.synth();
`,
    },
    commands: ["node app.js", "node bundled.mjs out/asset.*/index.js"],
  },
  {
    name: "npm · ESM · node:test · newest TypeScript, nodenext",
    manager: "npm",
    modules: "esm",
    tools: ["typescript@latest", ...TYPES],
    files: {
      "counter.test.mjs": testProgram("esm", NODE_TEST),
      "typed.ts": TYPED,
      "tsconfig.json": NODENEXT,
    },
    commands: ["node --test", execCommand("npm", "tsc")],
  },
  {
    name: "npm · CommonJS · node:test · Node 22.12",
    manager: "npm",
    node: "22.12",
    modules: "cjs",
    files: { "counter.test.cjs": testProgram("cjs", NODE_TEST) },
    commands: ["node --test"],
  },
  {
    name: "npm · the emulator, killed and started again",
    manager: "npm",
    modules: "esm",
    tools: ["@aws-sdk/client-lambda"],
    files: {
      "emulator.mjs": EMULATOR,
      // As `npm install` makes package.json in an empty folder, and as `npm init` does.
      "without-type/package.json": "{}",
      "without-type/handler.js": countingHandler("esm"),
      "commonjs/package.json": JSON.stringify({ type: "commonjs" }),
      "commonjs/handler.js": countingHandler("esm"),
    },
    commands: ["node emulator.mjs without-type/handler.js --data"],
    refused: {
      command: execCommand("npm", "durable-emulator dev commonjs/handler.js --port 0"),
      says: "npm pkg set type=module",
    },
  },
  {
    // SQLite is part of Node from 22.13 on: without --data, executions are kept in memory.
    name: "npm · the emulator · Node 22.12",
    manager: "npm",
    node: "22.12",
    modules: "esm",
    tools: ["@aws-sdk/client-lambda"],
    files: { "handler.mjs": countingHandler("esm"), "emulator.mjs": EMULATOR },
    commands: ["node emulator.mjs handler.mjs"],
  },
  {
    name: "pnpm 12 · ESM · vitest · newest TypeScript, bundler",
    manager: "pnpm@12",
    modules: "esm",
    tools: ["typescript@latest", "vitest", "zod", "@aws-sdk/client-lambda", ...TYPES],
    files: {
      "handler.mjs": countingHandler("esm"),
      "emulator.mjs": EMULATOR,
      "counter.test.ts": `// @ts-nocheck\n${testProgram("esm", { from: "vitest" })}`,
      "typed.ts": TYPED,
      "tsconfig.json": BUNDLER,
    },
    commands: [
      execCommand("pnpm@12", "vitest run"),
      execCommand("pnpm@12", "tsc"),
      "node emulator.mjs handler.mjs",
    ],
  },
  {
    name: "pnpm 11 · CommonJS · node:test",
    manager: "pnpm@11",
    modules: "cjs",
    files: { "counter.test.cjs": testProgram("cjs", NODE_TEST) },
    commands: ["node --test"],
  },
  {
    name: "npm · ESM · jest",
    manager: "npm",
    modules: "esm",
    tools: ["jest", "@aws-sdk/client-lambda"],
    files: {
      "counter.test.mjs": testProgram("esm", {}),
      "handler.mjs": countingHandler("esm"),
      "emulator.test.mjs": emulatorTest({}),
      "jest.config.json": JSON.stringify({ testMatch: ["**/*.test.mjs"], transform: {} }),
    },
    commands: [`NODE_OPTIONS=--experimental-vm-modules ${execCommand("npm", "jest")}`],
  },
  {
    name: "yarn 4, Plug'n'Play · ESM · node:test",
    manager: "yarn@4",
    modules: "esm",
    tools: ["zod", "@aws-sdk/client-lambda"],
    files: {
      "counter.test.mjs": testProgram("esm", NODE_TEST),
      "handler.mjs": countingHandler("esm"),
      "emulator.mjs": EMULATOR_IN_PROGRAM,
    },
    commands: [execCommand("yarn@4", "node --test"), execCommand("yarn@4", "node emulator.mjs")],
  },
  {
    name: "npm · bun test",
    manager: "npm",
    modules: "esm",
    tools: [
      `@oven/bun-${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}`,
      "@aws-sdk/client-lambda",
    ],
    files: {
      "counter.test.js": testProgram("esm", { from: "bun:test" }),
      "handler.mjs": countingHandler("esm"),
      "emulator.test.js": emulatorTest({ from: "bun:test" }),
    },
    commands: ["node_modules/@oven/bun-*/bin/bun test"],
  },
];

/** Those that install an engine, by the command that our error names. */
export const ENGINE_MANAGERS: readonly PackageManager[] = ["npm", "pnpm@11", "pnpm@12", "yarn@1"];
