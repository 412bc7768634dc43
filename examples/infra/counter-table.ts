import { RemovalPolicy } from "aws-cdk-lib";
import { CfnTable } from "aws-cdk-lib/aws-dynamodb";
import { counterTableInput, counterTimeToLiveInput } from "@durable-counter/dynamodb";
import type { Construct } from "constructs";

/**
 * The counters' table, as `counterTableInput` describes it; AWS::DynamoDB::Table has the words of CreateTable. A table of
 * one Region: replicas settle rival writes by the last one, and counts would be lost.
 *
 * @param isThrowAway whether the table may go with the stack; else it is protected, and outlives it
 */
export function createCounterTable(scope: Construct, id: string, isThrowAway: boolean): CfnTable {
  const { KeySchema, AttributeDefinitions, BillingMode } = counterTableInput(id); // the name is CloudFormation's to give
  const { AttributeName: attributeName, Enabled: enabled } =
    counterTimeToLiveInput(id).TimeToLiveSpecification;
  const table = new CfnTable(scope, id, {
    keySchema: KeySchema.map(({ AttributeName: attributeName, KeyType: keyType }) => ({
      attributeName,
      keyType,
    })),
    attributeDefinitions: AttributeDefinitions.map(
      ({ AttributeName: attributeName, AttributeType: attributeType }) => ({ attributeName, attributeType }),
    ),
    billingMode: BillingMode,
    timeToLiveSpecification: { attributeName, enabled },
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: !isThrowAway },
    deletionProtectionEnabled: !isThrowAway,
  });
  table.applyRemovalPolicy(isThrowAway ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
  return table;
}
