import { expect, test } from "vitest";
import { withParameters } from "./expression-parameters.ts";
import { tableKeys } from "./table-keys.ts";

const table = { keys: tableKeys({ partition: "PK", timeToLive: "ttl" }) };

test("expressions get the names and values that they use, and no others", () => {
  const expressions = {
    ConditionExpression: "attribute_not_exists(#id) OR #fence < :lapsed",
    UpdateExpression: "SET #value = :value, #expiresAt = :value",
  };
  const given = {
    names: { "#value": "w#0", "#due": "due" },
    values: { ":lapsed": { N: "1" }, ":value": { N: "2" }, ":v": { N: "3" }, ":other": undefined },
  };
  expect(withParameters(table, expressions, given)).toEqual({
    ...expressions,
    ExpressionAttributeNames: { "#id": "PK", "#fence": "fence", "#value": "w#0", "#expiresAt": "ttl" },
    ExpressionAttributeValues: { ":lapsed": { N: "1" }, ":value": { N: "2" } },
  });
});

test("expressions without values get none, as DynamoDB refuses an empty list", () => {
  const expressions = { ProjectionExpression: "#sortKey, #value" };
  expect(withParameters(table, expressions)).toEqual({
    ...expressions,
    ExpressionAttributeNames: { "#sortKey": "sk", "#value": "value" },
  });
});
