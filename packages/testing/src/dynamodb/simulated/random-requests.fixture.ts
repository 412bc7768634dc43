import fc from "fast-check";
import { canonical, type RandomRequest } from "./answer-of.fixture.ts";
import {
  comparison,
  condition,
  expressions,
  join,
  maybe,
  path,
  piece,
  update,
  valueOf,
  type Piece,
} from "./random-expressions.fixture.ts";
import { anyKey, ATTRIBUTES, id, key, part, value } from "./random-values.fixture.ts";

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
