import { hash } from "node:crypto";
import type { Operation } from "@aws/durable-execution-sdk-js";

/** How far to search beyond the known positions at first, and at most. */
const FIRST_REACH = 16;
const MAX_REACH = 1_024;

/** The id that the SDK sends for the operation at a position. */
export function wireId(position: string): string {
  return hash("md5", position).slice(0, 16);
}

/**
 * Finds the position (`"2-1"`) of an operation. Its id is a hash of its position, and siblings are numbered, so the
 * next position usually matches. Other positions are searched for an operation that started out of order, and for one
 * within a virtual context (flat nesting), which has no operation of its own.
 */
export class OperationPositions {
  readonly #found = new Map<string, string>();
  readonly #ahead = new Map<string, string>();
  readonly #hashes = new Map<string, string>();
  readonly #children = new Map<string, number>();

  /** The position of an operation. Ask for its parents first. `"#"` and the id if the position cannot be found. */
  of(operation: Partial<Pick<Operation, "Id" | "ParentId">>): string {
    const id = operation.Id ?? "";
    const known = this.#found.get(id);
    if (known !== undefined) return known;
    const parent = operation.ParentId === undefined ? "" : this.#found.get(operation.ParentId);
    const position = parent === undefined ? undefined : this.#find(parent, id);
    if (position === undefined) return `#${id}`;
    this.#found.set(id, position);
    this.#count(position);
    return position;
  }

  #find(parent: string, id: string): string | undefined {
    return this.#next(parent, id) ?? this.#ahead.get(id) ?? this.#search(parent, id);
  }

  #next(parent: string, id: string): string | undefined {
    const position = within(parent, (this.#children.get(parent) ?? 0) + 1);
    return this.#try(position) === id ? position : undefined;
  }

  #search(parent: string, id: string): string | undefined {
    for (let reach = FIRST_REACH; reach <= MAX_REACH; reach *= 4) {
      this.#explore(parent, reach, 2);
      const position = this.#ahead.get(id);
      if (position !== undefined) return position;
    }
    return undefined;
  }

  /** Computes the ids of the next children up to `reach`, and of fewer positions on each level below. */
  #explore(parent: string, reach: number, depth: number): void {
    const last = (this.#children.get(parent) ?? 0) + reach;
    for (let child = 1; child <= last; child += 1) {
      const position = within(parent, child);
      this.#try(position);
      if (depth > 0) this.#explore(position, Math.ceil(Math.sqrt(reach) / 2), depth - 1);
    }
  }

  #try(position: string): string {
    let id = this.#hashes.get(position);
    if (id === undefined) {
      id = wireId(position);
      this.#hashes.set(position, id);
      this.#ahead.set(id, position);
    }
    return id;
  }

  /** A position implies its ancestors, which have no operation if they are virtual. */
  #count(position: string): void {
    const dash = position.lastIndexOf("-");
    const parent = dash === -1 ? "" : position.slice(0, dash);
    const index = Number(position.slice(dash + 1));
    if (index <= (this.#children.get(parent) ?? 0)) return;
    this.#children.set(parent, index);
    if (parent !== "") this.#count(parent);
  }
}

function within(parent: string, child: number): string {
  return parent === "" ? `${child}` : `${parent}-${child}`;
}
