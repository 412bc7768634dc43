import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { name, number, value } from "./random-values.fixture.ts";

/** A piece of an expression: text, with what its placeholders stand for. */
export interface Piece {
  readonly text: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** Placeholders by their content, so that equal ones are one. */
const nameOf = (attribute: string): Piece => ({
  text: `#${attribute}`,
  names: { [`#${attribute}`]: attribute },
  values: {},
});
const placeholders = new Map<string, string>();
export const valueOf = (attribute: AttributeValue): Piece => {
  const text = JSON.stringify(attribute);
  const placeholder = placeholders.get(text) ?? `:v${placeholders.size}`;
  placeholders.set(text, placeholder);
  return { text: placeholder, names: {}, values: { [placeholder]: attribute } };
};
export const join = (pieces: readonly Piece[], write: (...texts: string[]) => string): Piece => ({
  text: write(...pieces.map(({ text }) => text)),
  names: Object.assign({}, ...pieces.map(({ names }) => names)) as Piece["names"],
  values: Object.assign({}, ...pieces.map(({ values }) => values)) as Piece["values"],
});
export const piece = (parts: readonly fc.Arbitrary<Piece>[], write: (...texts: string[]) => string) =>
  fc.tuple(...parts).map((pieces) => join(pieces, write));

export const path = name.map(nameOf);
const constant = value.map(valueOf);
/** Sets and booleans have no order, which DynamoDB sees before it looks at an item. */
const bound = fc
  .oneof(
    number.map((N) => ({ N })),
    fc.constantFrom("", "x").map((S) => ({ S })),
  )
  .map(valueOf);
const text = fc.constantFrom("", "x", "5/").map((S) => valueOf({ S }));
const ordered = fc.oneof(path, bound);
const operand = fc.oneof(path, constant);

export const comparison: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 3, arbitrary: piece([path], (a) => `attribute_not_exists(${a})`) },
  { weight: 2, arbitrary: piece([path], (a) => `attribute_exists(${a})`) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom("=", "<>", "<", "<=", ">", ">=")
      .chain((operator) =>
        piece(
          [path, operator === "=" || operator === "<>" ? operand : ordered],
          (a, b) => `${a} ${operator} ${b}`,
        ),
      ),
  },
  { weight: 3, arbitrary: piece([path, bound, bound], (a, b, c) => `${a} BETWEEN ${b} AND ${c}`) },
  { weight: 1, arbitrary: piece([path, text], (a, b) => `begins_with(${a}, ${b})`) },
  { weight: 1, arbitrary: piece([path, constant, constant], (a, b, c) => `${a} IN (${b}, ${c})`) },
);
export const { condition } = fc.letrec<{ condition: Piece }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    comparison,
    piece([tie("condition"), tie("condition")], (a, b) => `(${a} OR ${b})`),
    piece([tie("condition"), tie("condition")], (a, b) => `${a} AND ${b}`),
    piece([tie("condition")], (a) => `NOT (${a})`),
  ),
}));

const beforeOrInitial = piece([path, constant], (a, b) => `if_not_exists(${a}, ${b})`);
const term = fc.oneof(
  { weight: 3, arbitrary: constant },
  { weight: 1, arbitrary: path },
  { weight: 3, arbitrary: beforeOrInitial },
  { weight: 3, arbitrary: piece([beforeOrInitial, constant], (a, b) => `${a} + ${b}`) },
  { weight: 1, arbitrary: piece([path, constant], (a, b) => `${a} - ${b}`) },
);
const set = fc
  .uniqueArray(fc.tuple(path, term), { minLength: 1, maxLength: 2, selector: ([{ text }]) => text })
  .map((actions) => join(actions.flat(), (...texts) => `SET ${pairs(texts, " = ")}`));
const remove = fc
  .uniqueArray(path, { minLength: 1, maxLength: 2, selector: ({ text }) => text })
  .map((paths) => join(paths, (...texts) => `REMOVE ${texts.join(", ")}`));
const add = piece([path, constant], (a, b) => `ADD ${a} ${b}`);
const keyUpdate = fc.constant<Piece>({ text: "SET part = :v", names: {}, values: { ":v": { S: "x" } } });
export const update = fc.oneof(
  { weight: 6, arbitrary: set },
  { weight: 2, arbitrary: remove },
  { weight: 3, arbitrary: piece([remove, set], (a, b) => `${a} ${b}`) },
  { weight: 1, arbitrary: add },
  { weight: 1, arbitrary: keyUpdate },
);

function pairs(texts: readonly string[], separator: string): string {
  return texts
    .flatMap((text, index) => (index % 2 === 0 ? [`${text}${separator}${texts[index + 1]}`] : []))
    .join(", ");
}

/** Expressions as a request has them, sometimes with a placeholder too many. */
export const expressions = (parts: Readonly<Record<string, fc.Arbitrary<Piece | undefined>>>) =>
  fc.tuple(fc.record(parts), fc.nat({ max: 30 })).map(([pieces, flaw]) => {
    const present = Object.entries(pieces).filter(
      (entry): entry is [string, Piece] => entry[1] !== undefined,
    );
    const { names, values } = join(
      present.map(([, each]) => each),
      () => "",
    );
    const allNames = flaw === 1 ? { ...names, "#unused": "value" } : names;
    const allValues = flaw === 2 ? { ...values, ":unused": { N: "1" } } : values;
    return {
      ...Object.fromEntries(present.map(([place, { text }]) => [place, text])),
      ...(Object.keys(allNames).length > 0 && { ExpressionAttributeNames: allNames }),
      ...(Object.keys(allValues).length > 0 && { ExpressionAttributeValues: allValues }),
    };
  });
export const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
