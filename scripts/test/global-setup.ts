import type { TestProject } from "vitest/node";
import { startEnginePool } from "./engine-pool.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where test files borrow a DynamoDB engine. */
    enginePoolPort: number;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const pool = await startEnginePool();
  project.provide("enginePoolPort", pool.port);
  return () => pool.stop();
}
