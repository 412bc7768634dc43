import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { buildSync, type BuildOptions } from "esbuild";
import type { DeployedHandler } from "./handlers.ts";

/**
 * How handlers are bundled. It is a file because the bench of cold starts uses the same settings. `module` comes before
 * `main` among a package's entries: the AWS SDK's CommonJS cannot be tree-shaken and would make 03 a fifth larger.
 */
const settings = JSON.parse(readFileSync(new URL("esbuild.json", import.meta.url), "utf8")) as BuildOptions; // our own file; esbuild rejects unknown options

const examples = fileURLToPath(new URL("..", import.meta.url));

/**
 * Writes one minified `index.mjs` with everything that a handler imports, both SDKs included, and beside it the folder
 * that it reads. The runtime has an AWS SDK too, but not the tested version, and spread over hundreds of files.
 */
function bundle({ file, folder }: Pick<DeployedHandler, "file" | "folder">, into: string): void {
  buildSync({ ...settings, entryPoints: { index: join(examples, file) }, outdir: into });
  if (folder !== undefined) cpSync(join(examples, folder), join(into, folder), { recursive: true });
}

/** A handler's bundle as a function's code. Its hash is that of the output, so only a change makes a new version. */
export function bundledCode(handler: DeployedHandler): Code {
  return Code.fromAsset(examples, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: the CDK uses it only where local bundling fails. NodejsFunction would need a lock file in a
      // folder above the handler, and Docker or npx where it does not find esbuild.
      image: DockerImage.fromRegistry("none"),
      command: [handler.file], // never run; the CDK bundles assets with equal paths and options only once
      local: {
        tryBundle: (into) => {
          bundle(handler, into);
          return true;
        },
      },
    },
  });
}
