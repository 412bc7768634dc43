/** What identifies an operation for a person. All but its position identify it for the durable SDK too. */
export interface OperationIdentity {
  /** `"2"`, and `"2-1"` for the first operation within the second. */
  readonly position?: string | undefined;
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly subType?: string | undefined;
}

/** The name of each kind of operation in code. */
const KINDS: Readonly<Record<string, string>> = {
  Step: "step",
  Wait: "wait",
  WaitForCondition: "waitForCondition",
  Callback: "callback",
  WaitForCallback: "waitForCallback",
  ChainedInvoke: "invoke",
  RunInChildContext: "child context",
  Map: "map",
  MapIteration: "map item",
  Parallel: "parallel",
  ParallelBranch: "parallel branch",
};

/** `step "charge"`, or `an unnamed step`. The name of a waitForCondition can be unknown. */
export function kindAndName({ name, type, subType = type ?? "operation" }: OperationIdentity): string {
  const kind = KINDS[subType] ?? subType;
  if (name !== undefined) return `${kind} "${name}"`;
  return subType === "WaitForCondition" ? `a ${kind}` : `an unnamed ${kind}`;
}

/** `step "charge" (operation 2)` */
export function operationLabel(operation: OperationIdentity): string {
  const { position } = operation;
  return position === undefined
    ? kindAndName(operation)
    : `${kindAndName(operation)} (operation ${position})`;
}

export function isAlike(one: OperationIdentity, other: OperationIdentity): boolean {
  return one.name === other.name && one.type === other.type && one.subType === other.subType;
}
