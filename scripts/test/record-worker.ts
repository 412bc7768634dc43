import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";

// So that the progress reporter knows whom to ask where a test stands.
const folder = join(tmpdir(), "workers");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, String(process.pid)), expect.getState().testPath ?? "");
