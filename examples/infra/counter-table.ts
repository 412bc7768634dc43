import { RemovalPolicy } from "aws-cdk-lib";
import { CfnTable } from "aws-cdk-lib/aws-dynamodb";
import { counterTableInput, counterTimeToLiveInput } from "@durable-counter/dynamodb";
import type { Construct } from "constructs";

/**
 * The counters' table, as `counterTableInput` describes it; AWS::DynamoDB::Table has the properties of CreateTable. It is
 * a table of one Region: of conflicting writes in two Regions, replicas keep only the last, and counts would be lost.
 *
 * @param isThrowAway whether the table is deleted with the stack; otherwise it is protected and stays
 */
export function createCounterTable(scope: Construct, id: string, isThrowAway: boolean): CfnTable {
  const { KeySchema, AttributeDefinitions, BillingMode } = counterTableInput(id); // CloudFormation chooses the name
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
