import type { OperationUpdate } from "@durable-counter/testing/service";
import { ApiError, invalidMember } from "../api-error.ts";

/** The members of an update, by their type. The rules of the service check the values. */
const MEMBERS: Readonly<Record<string, "string" | "object">> = {
  Id: "string",
  ParentId: "string",
  Name: "string",
  Type: "string",
  SubType: "string",
  Action: "string",
  Payload: "string",
  Error: "object",
  ContextOptions: "object",
  StepOptions: "object",
  WaitOptions: "object",
  CallbackOptions: "object",
  ChainedInvokeOptions: "object",
};

/**
 * Reads the updates of a checkpoint call.
 *
 * @throws ApiError if a member has another type than in the API, or an update has no id
 */
export function checkpointUpdates(updates: unknown): readonly OperationUpdate[] {
  if (updates === undefined || updates === null) return [];
  if (!Array.isArray(updates)) throw mistyped("Updates", "list");
  for (const [index, update] of updates.entries()) checkUpdate(update, `Updates[${index}]`);
  return updates.map(withoutNulls) as OperationUpdate[]; // of these types; the values are checked when they are applied
}

/** A client may send null for a member that it leaves out. */
function withoutNulls(update: object): object {
  const members = Object.entries(update);
  const given = members.filter(([, value]) => value !== null);
  return given.length === members.length ? update : Object.fromEntries(given);
}

function checkUpdate(update: unknown, path: string): void {
  if (!isStructure(update)) throw mistyped(path, "structure");
  for (const [name, type] of Object.entries(MEMBERS)) {
    const value = update[name];
    if (value === undefined || value === null) continue;
    if (type === "string" ? typeof value !== "string" : !isStructure(value)) {
      throw mistyped(`${path}.${name}`, type === "string" ? "string" : "structure");
    }
  }
  if (typeof update["Id"] !== "string") throw invalidMember(null, `${path}.Id`, "Member must not be null");
}

function isStructure(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mistyped(path: string, type: string): ApiError {
  return new ApiError("SerializationException", 400, `The member ${path} is no ${type}.`);
}
