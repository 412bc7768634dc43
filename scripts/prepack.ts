/**
 * Runs in a package's folder before it is packed, so that a tarball has `dist` from a fresh clone too.
 */
import { spawnSync } from "node:child_process";

// npm would publish "workspace:^" as the version of our own packages, and none of pnpm's publishConfig.
if (process.env["npm_config_user_agent"]?.startsWith("pnpm/") !== true) {
  console.error("Only pnpm packs this package correctly: use `pnpm pack`, or `pnpm release` at the root.");
  process.exit(1);
}
const { status } = spawnSync("pnpm", ["build"], { stdio: ["ignore", "inherit", "inherit"] });
process.exit(status ?? 1);
