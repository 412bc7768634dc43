import { addInStep } from "./add-in-step.ts";
import { counterInExecution } from "./counter-in-execution.ts";
import { counterInSteps } from "./counter-in-steps.ts";
import { counterStore } from "./counter-store.ts";
import { markerItem } from "./marker-item.ts";
import { plainAdd } from "./plain-add.ts";
import { recordBeside } from "./record-beside.ts";
import type { Subject } from "./subject.ts";

interface NamedSubject {
  readonly name: string;
  /** Its source, beside this file. */
  readonly source: string;
  readonly isOurs: boolean;
  readonly subject: Subject;
}

/** Ways to count: the three backends of this repository, and what people write by hand. */
export const subjects: readonly NamedSubject[] = [
  { name: "execution", source: "counter-in-execution.ts", isOurs: true, subject: counterInExecution },
  { name: "DynamoDB", source: "counter-store.ts", isOurs: true, subject: counterStore },
  { name: "DynamoDB, durable steps", source: "counter-in-steps.ts", isOurs: true, subject: counterInSteps },
  { name: "plain ADD", source: "plain-add.ts", isOurs: false, subject: plainAdd },
  { name: "ADD in a durable step", source: "add-in-step.ts", isOurs: false, subject: addInStep },
  { name: "record beside the ADD", source: "record-beside.ts", isOurs: false, subject: recordBeside },
  { name: "marker in a transaction", source: "marker-item.ts", isOurs: false, subject: markerItem },
];
