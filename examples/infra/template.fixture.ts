import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { CounterStack, type CounterStackProps } from "./counter-stack.ts";

/** What the tests look at of a resource. */
export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
}

/** What CloudFormation would be given, and the folder of its assets. */
export function synthesize(props: CounterStackProps = {}) {
  const app = new App({
    analyticsReporting: false,
    outdir: mkdtempSync(join(tmpdir(), "durable-counter-infra-")),
  });
  const stack = new CounterStack(app, "DurableCounters", props);
  const assembly = app.synth();
  const template = Template.fromStack(stack).toJSON() as {
    readonly Resources: Readonly<Record<string, Resource>>;
    readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  };
  const { terminationProtection } = assembly.getStackByName(stack.stackName);
  return { ...template, terminationProtection, assets: assembly.directory };
}
export type Synthesis = ReturnType<typeof synthesize>;

/** The resources of a type, by logical id. */
export function ofType({ Resources }: Synthesis, type: string): readonly (readonly [id: string, Resource])[] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type);
}

/** The function of a handler. */
export function functionOf(synthesis: Synthesis, file: string) {
  const found = ofType(synthesis, "AWS::Lambda::Function").find(
    ([, { Properties }]) => Properties["Description"] === `examples/${file}`,
  );
  if (found === undefined) throw new Error(`${file} is not deployed.`);
  return { id: found[0], properties: found[1].Properties };
}

/** The folder that is uploaded as a function's code. */
export function codeOf(synthesis: Synthesis, file: string): string {
  const { S3Key: key } = functionOf(synthesis, file).properties["Code"] as { readonly S3Key: string }; // of a function
  return join(synthesis.assets, `asset.${key.replace(/\.zip$/u, "")}`);
}

/** All statements of all policies and trust policies that are written out. */
export function statements({ Resources }: Synthesis): readonly Statement[] {
  return Object.values(Resources).flatMap((resource) =>
    documents(resource).flatMap(({ Statement }) => Statement),
  );
}

/** The policies written for a function's role, and the names of the managed ones. */
export function permissionsOf(synthesis: Synthesis, file: string) {
  const { Role: role } = functionOf(synthesis, file).properties as {
    Role: { "Fn::GetAtt": [string, string] };
  };
  const [roleId] = role["Fn::GetAtt"];
  const inline = ofType(synthesis, "AWS::IAM::Policy").filter(([, { Properties }]) =>
    JSON.stringify(Properties["Roles"]).includes(roleId),
  );
  const managed = synthesis.Resources[roleId]?.Properties["ManagedPolicyArns"] as readonly object[]; // of a role
  return {
    statements: inline.flatMap(([, policy]) => documents(policy).flatMap(({ Statement }) => Statement)),
    managed: managed.map((arn) => /policy\/(.+?)"/u.exec(JSON.stringify(arn))?.[1]),
  };
}

function documents({ Properties }: Resource) {
  return Object.entries(Properties)
    .filter(([name]) => name.endsWith("PolicyDocument"))
    .map(([, document]) => document as { readonly Statement: readonly Statement[] }); // as IAM writes them
}
