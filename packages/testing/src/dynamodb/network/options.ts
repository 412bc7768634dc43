import { formatValue as described } from "../../format-value.ts";
import { CAN_CONFLICT, canMeet, FAULTS, EVERY_FAULT, type Fault } from "./fault.ts";

/** How to be faulty. */
export interface FaultyNetworkOptions {
  /** A whole number: the same draws the same faults, by the order in which requests arrive. By default a new one. */
  readonly seed?: number | undefined;
  /**
   * How probable each fault is per request, from 0 to 1, together at most 1; what is not named does not happen. By
   * default all of them, together at a fifth of the requests.
   */
  readonly faults?: Readonly<Partial<Record<Fault, number>>> | undefined;
  /** The only operations that faults are drawn for, such as `["UpdateItem"]`. By default all. */
  readonly operations?: readonly string[] | undefined;
  /**
   * How long a `delay` holds a request back, in ms. By default 1,200 to 3,000, for clients whose `requestTimeout` is
   * 1,000: it arrives late, mostly after the client's retry was answered.
   */
  readonly delayMs?: { readonly min: number; readonly max: number } | undefined;
}

/** Options with their defaults. */
export type FaultyNetworkSettings = Pick<FaultyNetworkOptions, "operations"> & {
  readonly [Option in "seed" | "faults" | "delayMs"]: NonNullable<FaultyNetworkOptions[Option]>;
};

/** Decimal fractions that make 1 may add up to a hair more. */
const MOST = 1 + 1e-9;
const LONGEST_MS = 2 ** 31 - 1; // of a timer of Node

/** @throws TypeError where no engine can be */
export function checkEndpoint(value: unknown): void {
  if (typeof value === "string" && URL.canParse(value) && new URL(value).protocol === "http:") return;
  refuse("endpoint", value, 'pass that of an engine on plain HTTP, such as "http://127.0.0.1:8000"');
}

/** @throws TypeError naming path, value and remedy */
export function parseOptions(options: FaultyNetworkOptions): FaultyNetworkSettings {
  checkKeys("options", options, ["seed", "faults", "operations", "delayMs"]);
  const { seed = Math.floor(Math.random() * 2 ** 31), faults = EVERY_FAULT, operations } = options;
  const { delayMs = { min: 1_200, max: 3_000 } } = options;
  if (!Number.isSafeInteger(seed)) refuse("options.seed", seed, "pass a whole number");
  checkFaults(faults);
  if (operations !== undefined && !Array.isArray(operations)) {
    refuse("options.operations", operations, 'pass an array such as ["UpdateItem"]');
  }
  for (const [index, name] of operations?.entries() ?? [])
    checkOperation(`options.operations[${index}]`, name);
  checkKeys("options.delayMs", delayMs, ["min", "max"]);
  checkDelay("options.delayMs.min", delayMs.min, 0);
  checkDelay("options.delayMs.max", delayMs.max, delayMs.min);
  return { seed, faults, operations, delayMs };
}

/**
 * A misspelt operation would never meet a fault, and the test that counts on it would pass.
 *
 * @throws TypeError
 */
function checkOperation(path: string, value: unknown): asserts value is string {
  if (typeof value === "string" && /^[A-Z][A-Za-z]+$/.test(value)) return;
  refuse(path, value, 'pass its name as DynamoDB writes it, such as "UpdateItem"');
}

/** @throws TypeError for a fault or an operation that does not exist, or that never meet */
export function checkInjection(fault: unknown, operation: unknown): void {
  if (!isFault(fault)) {
    refuse("fault", fault, `pass ${FAULTS.map((known) => JSON.stringify(known)).join(", ")}`);
  }
  if (operation === undefined) return;
  checkOperation("operation", operation);
  if (!canMeet(operation, fault)) {
    refuse("operation", operation, `pass ${CAN_CONFLICT.join(", ")}: no other meets a "${fault}"`);
  }
}

function checkFaults(faults: Readonly<Partial<Record<string, unknown>>>): void {
  checkKeys("options.faults", faults, FAULTS);
  let sum = 0;
  for (const [fault, probability = 0] of Object.entries(faults)) {
    if (typeof probability !== "number" || !(probability >= 0 && probability <= 1)) {
      refuse(`options.faults["${fault}"]`, probability, "pass a probability from 0 to 1");
    }
    sum += probability;
  }
  if (sum > MOST) {
    refuse("The sum of options.faults", sum, "lower some of them, since a request meets at most one");
  }
}

function isFault(value: unknown): value is Fault {
  return FAULTS.some((fault) => fault === value);
}

function checkDelay(path: string, value: unknown, minimum: number): void {
  if (typeof value === "number" && value >= minimum && value <= LONGEST_MS) return;
  refuse(path, value, `pass milliseconds from ${minimum} to ${LONGEST_MS}`);
}

function checkKeys(path: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== "object" || value === null) {
    refuse(path, value, `pass an object with ${known.join(", ")}`);
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new TypeError(`${path} has the unknown key ${described(unknown)}; known are ${known.join(", ")}.`);
}

function refuse(path: string, value: unknown, remedy: string): never {
  throw new TypeError(`${path} is ${described(value)}; ${remedy}.`);
}
