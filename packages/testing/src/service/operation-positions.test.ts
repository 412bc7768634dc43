import { hash } from "node:crypto";
import type { Operation } from "@aws/durable-execution-sdk-js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { OperationPositions } from "./operation-positions.ts";

const wireId = (position: string) => hash("md5", position).slice(0, 16);

function operation(position: string, parent: string | undefined): Operation {
  return {
    Id: wireId(position),
    ...(parent === undefined ? {} : { ParentId: wireId(parent) }),
    Type: "CONTEXT",
    StartTimestamp: new Date(0),
    Status: "STARTED",
  };
}

interface Tree {
  readonly virtual: boolean;
  readonly children: readonly Tree[];
}

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    virtual: fc.boolean(),
    children: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constant([]),
      fc.array(tie("tree"), { maxLength: 6 }),
    ),
  }),
}));

/** Every operation on the wire: a virtual context is not there, and its children name its parent. */
function onTheWire(
  children: readonly Tree[],
  prefix: string,
  parent: string | undefined,
): [string, Operation][] {
  return children.flatMap((child, index) => {
    const position = prefix === "" ? `${index + 1}` : `${prefix}-${index + 1}`;
    if (child.virtual) return onTheWire(child.children, position, parent);
    return [[position, operation(position, parent)], ...onTheWire(child.children, position, position)];
  });
}

/** Virtual contexts within virtual contexts are found as far as two levels go. */
const depthOfVirtual = ({ virtual, children }: Tree): number =>
  Math.max(0, ...children.map(depthOfVirtual)) + (virtual ? 1 : 0);

test("finds the position of every operation, also in virtual contexts", () => {
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 8 }), (children) => {
      fc.pre(children.every((child) => depthOfVirtual(child) <= 2));
      const positions = new OperationPositions();
      for (const [position, found] of onTheWire(children, "", undefined))
        expect(positions.of(found)).toBe(position);
    }),
  );
});

test("finds operations that start out of order", () => {
  const positions = new OperationPositions();
  const order = ["3", "1", "2", "40", "4"];

  expect(order.map((position) => positions.of(operation(position, undefined)))).toEqual(order);
});

test("marks a position that cannot be found", () => {
  const foreign = { ...operation("1", undefined), Id: "0000000000000000" };

  expect(new OperationPositions().of(foreign)).toBe("#0000000000000000");
  expect(new OperationPositions().of(operation("1-1", "1"))).toBe(`#${wireId("1-1")}`);
});
