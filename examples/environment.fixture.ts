import { afterAll, beforeAll, beforeEach } from "vitest";
import { openEnvironment, type Environment } from "./demo/environment.ts";

/** Gives the tests of a file their own DynamoDB, empty before each test, and the environment of a deployed Lambda. */
export function useEnvironment(): { readonly environment: Environment } {
  let environment: Environment;
  beforeAll(async () => {
    environment = await openEnvironment();
  });
  beforeEach(() => environment.clear());
  afterAll(() => environment.close());
  return {
    get environment() {
      return environment;
    },
  };
}
