import { missingOperation } from "./missing-operation.ts";
import { otherEnding } from "./ending-difference.ts";
import { otherOperation, unseenCondition } from "./operation-difference.ts";
import type { Replayed } from "./replay-result.ts";

/** Something by which today's code would break an execution under way. */
export interface ReplayProblem {
  /** The event of the history after which an execution stands that breaks; the first, where there are several. */
  readonly event: number;
  /** The position of the operation it is about, such as `"2"` or `"2-1"`, if it is about one. */
  readonly position?: string | undefined;
  /** What the history has, what today's code does, and what may be the reason. */
  readonly message: string;
}

/** What is found wrong, wherever the execution stands. */
export type Finding = Omit<ReplayProblem, "event">;

/** What is wrong with a replay: the cause, without what follows from it. */
export async function replayProblem(replayed: Replayed): Promise<ReplayProblem | undefined> {
  for (const look of [otherOperation, unseenCondition, missingOperation, otherEnding]) {
    const finding = await look(replayed);
    if (finding !== undefined) return { event: replayed.point.event, ...finding };
  }
  return undefined;
}
