import { posix } from "node:path";
import GithubSlugger from "github-slugger";
import { lexer, Parser, TextRenderer, walkTokens, type Token } from "marked";

/** What links can lead to. */
export interface Repository {
  /** Files and folders that a link may lead to, relative to the root. */
  readonly paths: ReadonlySet<string>;
  read(file: string): string;
}

/** A link of HTML within Markdown, or the file of a picture. */
const HTML_LINK = /\s(?:href|src|srcset)="([^"]+)"/gu;
const HTML_ANCHOR = /\s(?:id|name)="([^"]+)"/gu;
/** A link to another site. */
const ELSEWHERE = /^(?:[a-z][a-z+.-]*:|\/\/)/iu;
/** Lines of a file, as GitHub shows it. */
const LINES = /^L\d+(?:-L\d+)?$/u;

/**
 * Finds the links of a Markdown file that lead nowhere on GitHub and on npmjs.com.
 *
 * npmjs.com makes links of a README absolute: it joins `repository.directory` of the package.json and the link, and puts
 * `https://github.com/OWNER/NAME/blob/HEAD/` before it, or for pictures `https://raw.githubusercontent.com/OWNER/NAME/HEAD/`. So a
 * relative link leads to the same file as on GitHub, and a link from the root does not: the folder of the package comes before it,
 * too. npm documents the field (https://docs.npmjs.com/cli/v11/configuring-npm/package-json#repository), but not its renderer. The
 * rule of `HEAD` is in the last published one (https://github.com/npm/marky-markdown/blob/HEAD/lib/plugin/github.js), that of the folder
 * is known by observation: https://github.com/endojs/endo/issues/1754, https://github.com/cerbos/cerbos-sdk-javascript/pull/103. pnpm
 * changes no README; it packs the file as it is.
 *
 * @param file the Markdown file, relative to the root of the repository
 * @returns a line for each link that is broken
 */
export async function brokenLinksOf(
  file: string,
  text: string,
  repository: Repository,
): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const link of await linksIn(text)) {
    const fault = await faultOf(link, { file, text, repository });
    if (fault !== undefined) broken.push(`${file}  ${link} ${fault}`);
  }
  return broken;
}

async function faultOf(
  link: string,
  { file, text, repository }: { file: string; text: string; repository: Repository },
): Promise<string | undefined> {
  if (ELSEWHERE.test(link)) return undefined;
  if (link.startsWith("/")) return "begins at the root, which npm resolves otherwise: write a relative link";
  const [path = "", anchor = ""] = decodeURIComponent(link).split("#");
  const target = path === "" ? file : posix.join(posix.dirname(file), path);
  if (target.startsWith("..")) return "leads out of the repository";
  if (!repository.paths.has(target)) return `leads to ${target}, which git does not have`;
  if (anchor === "") return undefined;
  if (!target.endsWith(".md"))
    return LINES.test(anchor) ? undefined : `has an anchor, and ${target} has none`;
  const anchors = await anchorsIn(path === "" ? text : repository.read(target));
  return anchors.has(anchor) ? undefined : `leads to a heading that ${target} does not have`;
}

async function linksIn(text: string): Promise<readonly string[]> {
  return (await tokensOf(text)).flatMap((token) => {
    if (token.type === "link" || token.type === "image") return [String(token["href"])];
    return token.type === "html" ? groupsOf(token.raw, HTML_LINK) : [];
  });
}

/** The anchors of a Markdown file on GitHub: those of its headings, and those of its HTML. */
async function anchorsIn(text: string): Promise<ReadonlySet<string>> {
  const slugger = new GithubSlugger();
  const anchors = (await tokensOf(text)).flatMap((token) => {
    if (token.type === "html") return groupsOf(token.raw, HTML_ANCHOR);
    if (token.type !== "heading") return [];
    const words = new Parser().parseInline(token.tokens ?? [], new TextRenderer());
    return [slugger.slug(unescaped(words))];
  });
  return new Set(anchors);
}

/** All tokens of a text, those within others too, in order. */
async function tokensOf(text: string): Promise<readonly Token[]> {
  const tokens: Token[] = [];
  for (const visited of walkTokens(lexer(text), (token) => void tokens.push(token))) await visited;
  return tokens;
}

/** The parser escapes for HTML. */
function unescaped(text: string): string {
  const characters = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return Object.entries(characters).reduce(
    (result, [name, character]) => result.replaceAll(`&${name};`, character),
    text,
  );
}

function groupsOf(text: string, pattern: RegExp): readonly string[] {
  return Array.from(text.matchAll(pattern), ([, group = ""]) => group);
}
