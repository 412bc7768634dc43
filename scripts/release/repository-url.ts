/** What may say where the sources are, the most explicit first. */
export interface RepositoryHints {
  /** What the person who runs the command passes. */
  readonly argument?: string | undefined;
  /** `GITHUB_SERVER_URL` and `GITHUB_REPOSITORY` are set in every workflow of GitHub Actions. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `git remote get-url origin` prints. */
  readonly originUrl?: string | undefined;
}

const REPOSITORY = /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+$/u;
/** The forms of a remote on GitHub: https, ssh, and the short form of ssh. */
const REMOTE = /^(?:(?:git\+)?https:\/\/(?:[^@/]+@)?|(?:git\+)?ssh:\/\/git@|git@)github\.com[/:](.+)$/u;

/**
 * Finds out where the sources are. Only GitHub is accepted: the workflows and npm's trusted publishing need it.
 *
 * @returns `https://github.com/OWNER/NAME`
 * @throws Error if nothing says where they are, or if it is no repository on GitHub; the message says what to do
 */
export function findRepositoryUrl({ argument, env, originUrl }: RepositoryHints): string {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = env;
  if (argument !== undefined) {
    return checked(argument, "The argument", "Pass https://github.com/OWNER/NAME.");
  }
  if (server !== undefined && repository !== undefined) {
    const remedy = "Unset them to take the address of the git remote origin instead.";
    return checked(`${server}/${repository}`, "GITHUB_SERVER_URL/GITHUB_REPOSITORY", remedy);
  }
  if (originUrl === undefined) {
    throw new Error(
      "The packages must say where their sources are, and git has no remote origin. " +
        "Run: git remote add origin https://github.com/OWNER/NAME.git",
    );
  }
  const path = REMOTE.exec(originUrl)?.[1];
  const remedy = "Run: git remote set-url origin https://github.com/OWNER/NAME.git";
  return checked(
    path === undefined ? originUrl : `https://github.com/${path}`,
    "The git remote origin",
    remedy,
  );
}

function checked(url: string, source: string, remedy: string): string {
  const normal = url.replace(/\/+$/u, "").replace(/\.git$/u, "");
  if (REPOSITORY.test(normal)) return normal;
  const shown = JSON.stringify(url.replace(/\/\/[^/]*@/u, "//")); // without a password
  throw new Error(`${source} is ${shown}, which is no repository on GitHub. ${remedy}`);
}

/**
 * Adds where the sources of a package are to its package.json, in place of what it says about that now.
 *
 * @param manifest the text of the package.json
 * @param url of the repository, without `.git`
 * @param directory of the package in the repository, such as `packages/core`
 */
export function withRepository(manifest: string, url: string, directory: string): string {
  const { license, ...rest } = JSON.parse(manifest) as Record<string, unknown>; // an object
  const fields = Object.entries(rest).filter(([key]) => !["homepage", "bugs", "repository"].includes(key));
  const sources = {
    homepage: `${url}/tree/main/${directory}#readme`,
    bugs: `${url}/issues`,
    repository: { type: "git", url: `git+${url}.git`, directory },
  };
  const before = fields.findIndex(([key]) => key === "type");
  fields.splice(before, 0, ...Object.entries(sources), ["license", license]);
  return `${JSON.stringify(Object.fromEntries(fields), null, 2)}\n`;
}
