import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { CounterStack, type CounterStackProps } from "./counter-stack.ts";

/** The parts of a resource that the tests read. */
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

/** A stack's template, as CloudFormation is given it. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

/** The template of a stack whose functions do nothing: bundling takes longer than everything else. */
export function synthesize(props: CounterStackProps = {}) {
  return synthesizeWith({ codeOf: () => Code.fromInline("// does nothing"), ...props });
}

/** The template of a stack with the code that is deployed. */
export function synthesizeWith(props: CounterStackProps) {
  const app = new App({
    analyticsReporting: false,
    outdir: mkdtempSync(join(tmpdir(), "durable-counter-infra-")),
  });
  const stack = new CounterStack(app, "DurableCounters", props);
  const assembly = app.synth();
  const artifact = assembly.getStackByName(stack.stackName);
  const template = artifact.template as Template; // as CloudFormation reads it
  return { ...template, terminationProtection: artifact.terminationProtection };
}

/** The resources of a type, by logical id. */
export function ofType({ Resources }: Template, type: string): readonly (readonly [id: string, Resource])[] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type);
}

/** The function of a handler. */
export function functionOf(template: Template, file: string) {
  const found = ofType(template, "AWS::Lambda::Function").find(
    ([, { Properties }]) => Properties["Description"] === `examples/${file}`,
  );
  if (found === undefined) throw new Error(`${file} is not deployed.`);
  return { id: found[0], properties: found[1].Properties };
}

/** The folder that is uploaded as a function's code, within the output of `cdk synth`. */
export function codeOf(assembly: string, template: Template, file: string): string {
  const { S3Key: key } = functionOf(template, file).properties["Code"] as { readonly S3Key: string }; // of a function
  return join(assembly, `asset.${key.replace(/\.zip$/u, "")}`);
}

/** All statements of all policies and trust policies that are written out. */
export function statements({ Resources }: Template): readonly Statement[] {
  return Object.values(Resources).flatMap((resource) =>
    documents(resource).flatMap(({ Statement }) => Statement),
  );
}

/** The policies written for a function's role, and the names of the managed ones. */
export function permissionsOf(template: Template, file: string) {
  const { Role: role } = functionOf(template, file).properties as {
    Role: { "Fn::GetAtt": [string, string] };
  };
  const [roleId] = role["Fn::GetAtt"];
  const inline = ofType(template, "AWS::IAM::Policy").filter(([, { Properties }]) =>
    JSON.stringify(Properties["Roles"]).includes(roleId),
  );
  const managed = template.Resources[roleId]?.Properties["ManagedPolicyArns"] as readonly object[]; // of a role
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
