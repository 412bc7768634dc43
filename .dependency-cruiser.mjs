import { readdirSync } from "node:fs";
import { allExtensions } from "dependency-cruiser";

/** All that the sources of a folder may import, besides their own package. Tests may import devDependencies too. */
const allowed = {
  "packages/core": ["zod"],
  "packages/durable": ["@durable-counter/core", "@aws/durable-execution-sdk-js", "node:crypto", "zod"],
  "packages/dynamodb": [
    "@durable-counter/core",
    "@aws-sdk/client-dynamodb",
    "node:crypto",
    "node:timers/promises",
    "zod",
  ],
  "packages/emulator": [
    "@durable-counter/testing",
    "@durable-counter/testing/service",
    "@hono/node-server",
    "esbuild",
    "hono",
    "node:*",
  ],
  "packages/testing": ["@aws/durable-execution-sdk-js", "node:*"],
};
/** What one folder within a package may import, besides what its package may. */
const alsoAllowed = {
  "packages/core/src/windows": ["temporal-polyfill"],
  "packages/testing/src/counters": ["@durable-counter/core"],
  "packages/testing/src/dynamodb": ["@aws-sdk/client-dynamodb", "amplify-dynamodb-simulator", "dynalite"],
};

// In both cases every import would be allowed.
for (const name of readdirSync("packages")) {
  if (!(`packages/${name}` in allowed)) {
    throw new Error(`.dependency-cruiser.mjs does not say what packages/${name} may import.`);
  }
}
if (!allExtensions.some(({ extension, available }) => extension === ".ts" && available)) {
  throw new Error("dependency-cruiser cannot read .ts files with this version of TypeScript.");
}

const TESTS = "\\.(test|fixture)\\.ts$";
const ANY_BUILTIN = "node:*";
const UNDECLARED = ["unknown", "npm-no-pkg", "npm-unknown"];

const packageOf = (folder) => folder.split("/", 2).join("/");

/** The path of an import: another package's entry, a built-in without its prefix, or a folder in node_modules. */
function resolved(name) {
  if (name.startsWith("node:")) return `^${name.slice("node:".length)}$`;
  if (name.startsWith("@durable-counter/")) {
    const [, folder, ...subpath] = name.split("/");
    return `^packages/${folder}/${["src", ...subpath, "index"].join("/")}\\.ts$`;
  }
  return `/node_modules/(@types/)?${name}/`;
}

function only(folder, names, except = []) {
  return {
    name: `imports-of-${folder}`,
    comment: `Besides its own package it may import ${names.join(", ")}.`,
    severity: "error",
    from: { path: `^${folder}/`, pathNot: [TESTS, ...except.map((inner) => `^${inner}/`)] },
    to: {
      pathNot: [`^${packageOf(folder)}/src/`, ...names.filter((name) => name !== ANY_BUILTIN).map(resolved)],
      ...(names.includes(ANY_BUILTIN) && { dependencyTypesNot: ["core"] }),
    },
  };
}

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(allowed).map(([folder, names]) =>
      only(
        folder,
        names,
        Object.keys(alsoAllowed).filter((inner) => packageOf(inner) === folder),
      ),
    ),
    ...Object.entries(alsoAllowed).map(([inner, names]) =>
      only(inner, [...allowed[packageOf(inner)], ...names]),
    ),
    {
      name: "durable-and-dynamodb-are-independent",
      comment:
        "durable takes a CounterStore and dynamodb provides one; only examples knows both. This applies to tests too.",
      severity: "error",
      from: { path: "^packages/(durable|dynamodb)/" },
      to: { path: "^packages/(durable|dynamodb)/", pathNot: "^packages/$1/" },
    },
    {
      name: "kit-is-general",
      comment: "In testing, all but counters/ and dynamodb/ serves any durable function, its tests included.",
      severity: "error",
      from: {
        path: "^packages/testing/src/",
        pathNot: "^packages/testing/src/(counters/|dynamodb/|(index|readme\\.test)\\.ts$)",
      },
      to: { path: "^packages/(core/|testing/src/(counters/|dynamodb/|index\\.ts$))" },
    },
    {
      name: "calendar-stays-apart",
      comment: "Only those who import @durable-counter/core/windows bundle the time zone library.",
      severity: "error",
      from: { path: "^packages/", pathNot: [TESTS, "^packages/core/src/windows/"] },
      to: { path: "^packages/core/src/windows/" },
    },
    {
      name: "packages-import-no-programs",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(examples|bench)/" },
    },
    {
      name: "packages-import-each-other-by-name",
      comment: "Import @durable-counter/…, as users do, not a path into another package.",
      severity: "error",
      from: { path: "^(packages/[^/]+|examples|bench)/" },
      to: { path: "^(packages|examples|bench)/", pathNot: "^$1/", dependencyTypes: ["local"] },
    },
    {
      name: "no-cycles",
      comment: "Not even by types: files that need each other's types are hard to move.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "declared",
      comment: "Every import is declared in the package.json beside it.",
      severity: "error",
      from: { pathNot: TESTS },
      to: { dependencyTypes: UNDECLARED },
    },
    {
      name: "declared-for-tests",
      comment:
        "Every import is declared in the package.json beside it; only vitest is declared in the root's.",
      severity: "error",
      from: { path: TESTS },
      to: { dependencyTypes: UNDECLARED, pathNot: "/node_modules/vitest/" },
    },
    {
      name: "dev-dependencies-in-tests-only",
      comment: "For examples and bench; the packages have rules of their own.",
      severity: "error",
      from: { path: "^(examples|bench)/", pathNot: TESTS },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm", "npm-peer"] },
    },
  ],
  options: {
    exclude: "^packages/[^/]+/dist/", // Ours alone: an excluded dependency would break no rule.
    doNotFollow: "node_modules",
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node"] },
  },
};
