import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
  type TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import fc from "fast-check";

/** A request of the differential test: its command is made anew for every engine and every table. */
export interface RandomRequest {
  readonly operation: keyof typeof COMMANDS;
  readonly input: (tableName: string) => object;
}

const COMMANDS = {
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  UpdateItem: UpdateItemCommand,
  DeleteItem: DeleteItemCommand,
  Query: QueryCommand,
  Scan: ScanCommand,
  BatchGetItem: BatchGetItemCommand,
  BatchWriteItem: BatchWriteItemCommand,
  TransactWriteItems: TransactWriteItemsCommand,
  TransactGetItems: TransactGetItemsCommand,
};

/** What a client sees of a reply; of a refusal, its kind and what it shows, but not its words. */
export async function answerOf(
  client: DynamoDBClient,
  { operation, input }: RandomRequest,
  tableName: string,
): Promise<unknown> {
  // The union of all commands cannot be constructed; each is given what was made for it.
  const Command = COMMANDS[operation] as unknown as new (input: object) => UpdateItemCommand;
  try {
    const { $metadata: _, ConsumedCapacity: __, ...reply } = await client.send(new Command(input(tableName)));
    return canonical(reply, operation === "Scan" || operation === "BatchGetItem");
  } catch (error) {
    const { name, Item, CancellationReasons } = error as Partial<TransactionCanceledException> & {
      Item?: object;
    };
    const reasons = CancellationReasons?.map((reason) => ({ code: reason.Code, item: reason.Item }));
    // DynamoDB reports what is invalid about an item as a reason, DynamoDB Local sometimes as the whole error.
    if (reasons?.some(({ code }) => code === "ValidationError")) return { error: "ValidationException" };
    return canonical({ error: name, Item, reasons }, false);
  }
}

/**
 * The same for equal values: sets come in no order, and neither do the items of some operations. DynamoDB Local does
 * not tell where a page ends if the last item of a range ends it, and answers 1.5 + 1.5 as 3.0, where DynamoDB trims the zero.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
export function canonical(value: unknown, sortsLists: boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.map((each) => canonical(each, sortsLists));
    return sortsLists || items.every((each) => typeof each === "string")
      ? items.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
      : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, each]) => key !== "LastEvaluatedKey" && each !== undefined,
  );
  return Object.fromEntries(
    entries
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [
        key,
        key === "N" && typeof each === "string" ? withoutTrailingZeros(each) : canonical(each, sortsLists),
      ]),
  );
}

function withoutTrailingZeros(number: string): string {
  return number.includes(".") ? number.replace(/\.?0+$/u, "") : number;
}

const ATTRIBUTES = ["value", "t_1", "t_2", "seal"];
const name = fc.constantFrom(...ATTRIBUTES, "missing");
const id = fc.constantFrom("a", "b");
const part = fc.constantFrom("value", "value/8/1", "token/x", "token/y", "\u{1f9ee}");
const key = fc.record({ id: id.map((S) => ({ S })), part: part.map((S) => ({ S })) });
const wrongKey = fc.constantFrom<Record<string, AttributeValue>>(
  { id: { S: "a" } },
  { id: { N: "1" }, part: { S: "value" } },
  { id: { S: "a" }, part: { S: "" } },
  { id: { S: "a" }, part: { S: "value" }, more: { S: "x" } },
);
const anyKey = fc.oneof({ weight: 30, arbitrary: key }, { weight: 1, arbitrary: wrongKey });

const number = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -20, max: 20 }).map(String) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "0.0176739712812345678901",
      "9007199254740991",
      "-9007199254740991",
      "99999999999999999999999999999999999999",
      "0.00000000000000000000000000000000000001",
      "1000000000000000000000000000000",
      "1.5",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("1e126", "1e-131", "123456789012345678901234567890123456789", "", "1x", "NaN"),
  },
);
const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  { weight: 8, arbitrary: number.map((N) => ({ N })) },
  { weight: 3, arbitrary: fc.constantFrom("", "x", "5/1767397128/123/min").map((S) => ({ S })) },
  { weight: 1, arbitrary: fc.constantFrom<AttributeValue>({ BOOL: true }, { NULL: true }) },
  { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom("x", "y"), { minLength: 1 }).map((SS) => ({ SS })) },
);

/** A piece of an expression: text, with what its placeholders stand for. */
interface Piece {
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
const valueOf = (attribute: AttributeValue): Piece => {
  const text = JSON.stringify(attribute);
  const placeholder = placeholders.get(text) ?? `:v${placeholders.size}`;
  placeholders.set(text, placeholder);
  return { text: placeholder, names: {}, values: { [placeholder]: attribute } };
};
const join = (pieces: readonly Piece[], write: (...texts: string[]) => string): Piece => ({
  text: write(...pieces.map(({ text }) => text)),
  names: Object.assign({}, ...pieces.map(({ names }) => names)) as Piece["names"],
  values: Object.assign({}, ...pieces.map(({ values }) => values)) as Piece["values"],
});
const piece = (parts: readonly fc.Arbitrary<Piece>[], write: (...texts: string[]) => string) =>
  fc.tuple(...parts).map((pieces) => join(pieces, write));

const path = name.map(nameOf);
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

const comparison: fc.Arbitrary<Piece> = fc.oneof(
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
const { condition } = fc.letrec<{ condition: Piece }>((tie) => ({
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
const update = fc.oneof(
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
const expressions = (parts: Readonly<Record<string, fc.Arbitrary<Piece | undefined>>>) =>
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
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const item = fc
  .tuple(key, fc.dictionary(fc.constantFrom(...ATTRIBUTES), value, { maxKeys: 3 }))
  .map(([keys, attributes]) => ({ ...attributes, ...keys }));
const onFailure = fc.constantFrom({}, { ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const });
const conditional = expressions({ ConditionExpression: maybe(condition) });
const updating = expressions({ UpdateExpression: update, ConditionExpression: maybe(condition) });
const returned = (...kinds: string[]) => fc.constantFrom(...kinds).map((ReturnValues) => ({ ReturnValues }));

const merged = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((objects) => Object.assign({}, ...objects) as object);
const of = (
  operation: RandomRequest["operation"],
  input: fc.Arbitrary<object>,
): fc.Arbitrary<RandomRequest> =>
  input.map((given) => ({
    operation,
    input: (TableName) => ({ TableName, ...given }),
    // For the report of a failure.
    [fc.toStringMethod]: () => `${operation} ${JSON.stringify(given)}`,
  }));

const keyed = anyKey.map((Key) => ({ Key }));
const put = item.map((Item) => ({ Item }));
const projection = expressions({ ProjectionExpression: maybe(piece([path, path], (a, b) => `${a}, ${b}`)) });
const partCondition: fc.Arbitrary<Piece> = fc.oneof(
  fc.constantFrom("value", "token/").map((S) => join([valueOf({ S })], (v) => `begins_with(part, ${v})`)),
  fc
    .tuple(fc.constantFrom("=", "<", ">="), part)
    .map(([o, S]) => join([valueOf({ S })], (v) => `part ${o} ${v}`)),
  fc.tuple(part, part).map((parts) =>
    join(
      parts.map((S) => valueOf({ S })),
      (a, b) => `part BETWEEN ${a} AND ${b}`,
    ),
  ),
);
const keyCondition = fc
  .tuple(id, maybe(partCondition))
  .map(([S, rest]) =>
    join([valueOf({ S }), ...(rest ? [rest] : [])], (a, b) => `id = ${a}${b ? ` AND ${b}` : ""}`),
  );
const page = fc.record({
  Limit: fc.constantFrom(1, 2, undefined),
  ScanIndexForward: fc.constantFrom(true, false),
  ConsistentRead: fc.constant(true),
});

const inTransaction = key.map((Key) => ({ Key }));
const transactItem = fc.oneof(
  merged(inTransaction, updating, onFailure).map((Update) => ({ Update })),
  merged(put, conditional, onFailure).map((Put) => ({ Put })),
  merged(inTransaction, conditional, onFailure).map((Delete) => ({ Delete })),
  merged(inTransaction, expressions({ ConditionExpression: condition }), onFailure).map((ConditionCheck) => ({
    ConditionCheck,
  })),
);
const inTable = (items: readonly object[], TableName: string) =>
  items.map((each) =>
    Object.fromEntries(
      Object.entries(each).map(([kind, given]) => [kind, { TableName, ...(given as object) }]),
    ),
  );
/** DynamoDB refuses a transaction with two parts on one item; DynamoDB Local does so only after the conditions. */
function ofDistinctItems(parts: readonly object[]): readonly object[] {
  const seen = new Set<string>();
  return parts.filter((each) => {
    const [{ Key, Item = {} } = {}] = Object.values(each) as {
      Key?: object;
      Item?: { id?: unknown; part?: unknown };
    }[];
    const text = JSON.stringify(canonical(Key ?? { id: Item.id, part: Item.part }, false));
    return !seen.has(text) && seen.add(text);
  });
}
const transaction = (operation: RandomRequest["operation"], items: fc.Arbitrary<readonly object[]>) =>
  items.map(ofDistinctItems).map((each) => ({
    operation,
    input: (TableName: string) => ({ TransactItems: inTable(each, TableName) }),
    [fc.toStringMethod]: () => `${operation} ${JSON.stringify(each)}`,
  }));
const batch = (operation: RandomRequest["operation"], request: fc.Arbitrary<object>) =>
  request.map((given) => ({
    operation,
    input: (TableName: string) => ({ RequestItems: { [TableName]: given } }),
    [fc.toStringMethod]: () => `${operation} ${JSON.stringify(given)}`,
  }));
const few = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: 1, maxLength: 3 });

/** Requests that mostly succeed or are refused by their condition, and now and then cannot be. */
export const randomRequest: fc.Arbitrary<RandomRequest> = fc.oneof(
  {
    weight: 8,
    arbitrary: of(
      "UpdateItem",
      merged(
        keyed,
        updating,
        onFailure,
        returned("NONE", "ALL_NEW", "UPDATED_NEW", "ALL_OLD", "UPDATED_OLD"),
      ),
    ),
  },
  { weight: 4, arbitrary: of("PutItem", merged(put, conditional, onFailure, returned("NONE", "ALL_OLD"))) },
  {
    weight: 2,
    arbitrary: of("DeleteItem", merged(keyed, conditional, onFailure, returned("NONE", "ALL_OLD"))),
  },
  { weight: 2, arbitrary: of("GetItem", merged(keyed, projection)) },
  {
    weight: 3,
    arbitrary: of(
      "Query",
      merged(
        expressions({ KeyConditionExpression: keyCondition, FilterExpression: maybe(comparison) }),
        page,
      ),
    ),
  },
  { weight: 1, arbitrary: of("Scan", merged(expressions({ FilterExpression: maybe(condition) }))) },
  { weight: 6, arbitrary: transaction("TransactWriteItems", few(transactItem)) },
  {
    weight: 1,
    arbitrary: transaction(
      "TransactGetItems",
      few(merged(inTransaction, projection).map((Get) => ({ Get }))),
    ),
  },
  {
    weight: 1,
    arbitrary: batch(
      "BatchWriteItem",
      few(
        fc.oneof(
          put.map((PutRequest) => ({ PutRequest })),
          key.map((Key) => ({ DeleteRequest: { Key } })),
        ),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: batch(
      "BatchGetItem",
      merged(
        few(anyKey).map((Keys) => ({ Keys })),
        fc.constantFrom({}, { ConsistentRead: true }),
        projection,
      ),
    ),
  },
);
