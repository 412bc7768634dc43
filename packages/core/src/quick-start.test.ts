import { expect, test, vi } from "vitest";

test("the example of the README prints what it says", async () => {
  const log = vi.spyOn(console, "log").mockReturnValue();
  try {
    await import("./quick-start.fixture.ts");
    expect(log.mock.calls).toEqual([
      [6, 3],
      ['Counter "cart-7" is at 3 and would fall to -2; its minimum is 0. [limit-exceeded]'],
    ]);
  } finally {
    log.mockRestore();
  }
});
