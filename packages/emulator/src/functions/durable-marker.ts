import { dirname } from "node:path";
import type { Plugin } from "esbuild";
import { WRAPPED } from "./wrapped.ts";

/** The module that handlers import `withDurableExecution` from. */
const SDK = /^@aws\/durable-execution-sdk-js$/; // esbuild's expressions have no flag
const NAMESPACE = "durable-sdk";
const RESOLVING = Symbol("resolving");

/**
 * Has the process of a bundle told which functions its handler's file passes to `withDurableExecution`. A function does not
 * show by itself that it is wrapped, and calling it to find out would run the user's code.
 */
export const durableMarker: Plugin = {
  name: "durable-marker",
  setup(build) {
    build.onResolve({ filter: SDK }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === RESOLVING) return undefined;
      const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: RESOLVING });
      return found.errors.length > 0 || found.external ? found : { path: found.path, namespace: NAMESPACE };
    });
    build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
      contents: markedSdk(path),
      resolveDir: dirname(path),
    }));
  },
};

/** Whether a file of a bundle is the durable execution SDK. */
export function isDurableSdk(input: string): boolean {
  return input.startsWith(`${NAMESPACE}:`);
}

/** Exports what the SDK does. Its own `withDurableExecution` takes precedence over the one that it passes on. */
function markedSdk(path: string): string {
  const sdk = JSON.stringify(path);
  return `
    export * from ${sdk};
    import { withDurableExecution as wrap } from ${sdk};
    export function withDurableExecution(handler, config) {
      globalThis[Symbol.for(${JSON.stringify(WRAPPED)})]?.(handler);
      return wrap(handler, config);
    }`;
}
