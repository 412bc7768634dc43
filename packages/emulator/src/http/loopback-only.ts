import type { MiddlewareHandler } from "hono";
import { ApiError } from "../api-error.ts";

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Refuses what a web page of another site makes a browser send. The name of the host is checked against DNS rebinding,
 * the origin against requests across sites.
 */
export const loopbackOnly: MiddlewareHandler = async (context, next) => {
  const { hostname, host } = hostOf(context.req.url);
  if (!LOOPBACK.has(hostname)) throw refused(`it was sent to ${hostname}; use 127.0.0.1 or localhost`);
  const origin = context.req.header("origin");
  if (origin !== undefined && origin !== `http://${host}`) throw refused(`it comes from ${origin}`);
  const site = context.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw refused("it comes from another site");
  }
  await next();
};

let last: { readonly origin: string; readonly url: URL } | undefined;

/** The host of a URL. Almost every request has the one of the request before, and reading a URL takes a while. */
function hostOf(url: string): Pick<URL, "hostname" | "host"> {
  const end = url.indexOf("/", url.indexOf("//") + 2);
  const origin = end === -1 ? url : url.slice(0, end);
  if (last?.origin !== origin) last = { origin, url: new URL(url) };
  return last.url;
}

function refused(why: string): ApiError {
  return new ApiError("AccessDeniedException", 403, `The emulator has refused the request: ${why}.`);
}
