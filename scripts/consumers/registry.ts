import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runServer } from "verdaccio";

export interface Registry {
  readonly url: string;
  stop(): void;
}

/** Starts an npm registry on loopback, which has only what is published to it. */
export async function startRegistry(folder: string): Promise<Registry> {
  await mkdir(folder, { recursive: true });
  const server = (await runServer({
    self_path: folder,
    configPath: folder,
    storage: join(folder, "storage"),
    packages: { "**": { access: "$all", publish: "$all", unpublish: "$all" } },
    uplinks: {},
    middlewares: {},
    web: { enable: false },
    max_body_size: "100mb",
    log: { type: "file", path: join(folder, "registry.log"), level: "warn", format: "json" },
  })) as Server; // typed as any
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a server on TCP has no other kind of address
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
