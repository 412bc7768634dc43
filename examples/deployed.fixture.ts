import { afterAll, beforeAll, beforeEach } from "vitest";
import { openStage, type Stage } from "./demo/stage.ts";

/** Gives the tests of a file a DynamoDB of their own, empty before each, and the environment of a deployed Lambda. */
export function useStage(): { readonly stage: Stage } {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  beforeEach(() => stage.clear());
  afterAll(() => stage.close());
  return {
    get stage() {
      return stage;
    },
  };
}
