import { addInStep } from "./add-in-step.ts";
import { counterInExecution } from "./counter-in-execution.ts";
import { counterInSteps } from "./counter-in-steps.ts";
import { counterStore } from "./counter-store.ts";
import { markerItem } from "./marker-item.ts";
import { plainAdd } from "./plain-add.ts";
import { recordBeside } from "./record-beside.ts";
import type { Subject } from "./subject.ts";

export interface NamedSubject {
  readonly name: string;
  /** Its name as an export of `emulated/functions.ts`. */
  readonly functionName: string;
  /** Its source, beside this file. */
  readonly source: string;
  readonly isOurs: boolean;
  readonly subject: Subject;
}

/** Ways to count: the three backends of this repository, and what people write by hand. */
export const subjects: readonly NamedSubject[] = [
  {
    name: "execution",
    functionName: "inExecution",
    source: "counter-in-execution.ts",
    isOurs: true,
    subject: counterInExecution,
  },
  {
    name: "DynamoDB",
    functionName: "inDynamoDB",
    source: "counter-store.ts",
    isOurs: true,
    subject: counterStore,
  },
  {
    name: "DynamoDB, durable steps",
    functionName: "inSteps",
    source: "counter-in-steps.ts",
    isOurs: true,
    subject: counterInSteps,
  },
  { name: "plain ADD", functionName: "plain", source: "plain-add.ts", isOurs: false, subject: plainAdd },
  {
    name: "ADD in a durable step",
    functionName: "addingStep",
    source: "add-in-step.ts",
    isOurs: false,
    subject: addInStep,
  },
  {
    name: "record beside the ADD",
    functionName: "besideRecord",
    source: "record-beside.ts",
    isOurs: false,
    subject: recordBeside,
  },
  {
    name: "marker in a transaction",
    functionName: "withMarker",
    source: "marker-item.ts",
    isOurs: false,
    subject: markerItem,
  },
];
