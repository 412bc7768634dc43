import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { buildSync, type BuildOptions } from "esbuild";
import type { DeployedHandler } from "./handlers.ts";

/**
 * How handlers are bundled; a file, for the bench of cold starts builds what is deployed. `module` goes before `main`
 * among a package's entries: the AWS SDK's CommonJS cannot be shaken and would make 03 a fifth larger.
 */
const settings = JSON.parse(readFileSync(new URL("esbuild.json", import.meta.url), "utf8")) as BuildOptions; // our own file; esbuild refuses what it does not know

const examples = fileURLToPath(new URL("..", import.meta.url));

/**
 * Writes one minified `index.mjs` with all that a handler imports, both SDKs included, and beside it what it reads.
 * The runtime brings an AWS SDK too, but not the one that was tested, and finds it in hundreds of files.
 */
function bundle({ file, folder }: Pick<DeployedHandler, "file" | "folder">, into: string): void {
  buildSync({ ...settings, entryPoints: { index: join(examples, file) }, outdir: into });
  if (folder !== undefined) cpSync(join(examples, folder), join(into, folder), { recursive: true });
}

/** A handler's bundle as a function's code: hashed by what comes out, so that only a change makes a new version. */
export function bundledCode(handler: DeployedHandler): Code {
  return Code.fromAsset(examples, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: it is asked for only where local bundling declines. NodejsFunction would want a lock file
      // above the handler, and Docker or npx where it does not find esbuild.
      image: DockerImage.fromRegistry("none"),
      command: [handler.file], // never run; the CDK bundles only once what has the same path and the same options
      local: {
        tryBundle: (into) => {
          bundle(handler, into);
          return true;
        },
      },
    },
  });
}
