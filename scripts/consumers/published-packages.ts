import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brokenLinksOf } from "../docs/links.ts";
import { runCommand } from "./run-command.ts";

/** Of a package.json that was published, what says where its sources are. */
interface Sources {
  readonly name: string;
  readonly homepage?: string;
  readonly bugs?: string;
  readonly repository?: unknown;
}

/**
 * Checks the tarballs that a registry has of our packages: each says where its sources are, has a README and a CHANGELOG, and
 * their links lead to files of that commit.
 *
 * @param clone the commit that was published
 * @param url of the repository
 */
export async function checkPublishedPackages(
  folder: string,
  { clone, registry, url }: { clone: string; registry: string; url: string },
): Promise<void> {
  const files = await runCommand("git ls-files", clone);
  const repository = {
    paths: new Set(files.split("\n")),
    read: (file: string) => readFileSync(join(clone, file), "utf8"),
  };
  const faults: string[] = [];
  for (const name of await readdir(join(clone, "packages"))) {
    const directory = `packages/${name}`;
    const unpacked = await unpackPublished(join(folder, name), `@durable-counter/${name}`, registry);
    const { homepage, bugs, repository: sources } = await manifestIn(unpacked);
    const stated = JSON.stringify({ homepage, bugs, repository: sources });
    const expected = JSON.stringify({
      homepage: `${url}/tree/main/${directory}#readme`,
      bugs: `${url}/issues`,
      repository: { type: "git", url: `git+${url}.git`, directory },
    });
    if (stated !== expected) faults.push(`${directory} should say ${expected}, and says ${stated}`);
    for (const document of ["README.md", "CHANGELOG.md"]) {
      const text = await readFile(join(unpacked, document), "utf8").catch(() => undefined);
      if (text === undefined) faults.push(`${directory} was published without ${document}`);
      else faults.push(...(await brokenLinksOf(`${directory}/${document}`, text, repository)));
    }
  }
  if (faults.length > 0) throw new Error(`What was published leads nowhere:\n${faults.join("\n")}`);
}

async function manifestIn(folder: string): Promise<Sources> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Sources; // npm has accepted it
}

async function unpackPublished(folder: string, name: string, registry: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const answer = await fetch(new URL(name, registry));
  const { versions } = (await answer.json()) as {
    readonly versions: Readonly<Record<string, { readonly dist: { readonly tarball: string } }>>;
  }; // the protocol of registries
  const [published, ...others] = Object.values(versions);
  if (published === undefined || others.length > 0) {
    throw new Error(
      `The registry should have one version of ${name}: ${JSON.stringify(Object.keys(versions))}`,
    );
  }
  const tarball = await fetch(published.dist.tarball);
  await writeFile(join(folder, "package.tgz"), Buffer.from(await tarball.arrayBuffer()));
  await runCommand("tar -xzf package.tgz", folder);
  return join(folder, "package");
}
