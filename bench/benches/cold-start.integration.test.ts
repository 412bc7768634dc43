import { expect, test } from "vitest";
import { bundle } from "../contenders/cold-start/bundle.ts";
import { MAX_BYTES_OVER_BARE, PAIRS } from "./cold-start.ts";

// A size does not depend on the machine, so it is judged in every run.
test("a bundle with all packages is within its target beside one of the bare SDKs", async () => {
  const [bare, ours] = await Promise.all(PAIRS["03"].map(bundle));
  expect(Number(ours?.bytes) - Number(bare?.bytes)).toBeLessThanOrEqual(MAX_BYTES_OVER_BARE);
});
