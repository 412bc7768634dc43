import { BaseSequencer, type TestSpecification } from "vitest/node";

const ORDER = ["integration", "exhaustive", "unit"];

/**
 * Of the files with a process of their own, starts those that take longest first, also on a fresh clone, where vitest does
 * not know how long each took the last time. The short ones then fill the time until the last long one ends.
 */
export class SlowFirstSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest calls its own method so
    const sorted = await super.sort(files);
    const rank = ({ project }: TestSpecification) => ORDER.indexOf(project.name);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
