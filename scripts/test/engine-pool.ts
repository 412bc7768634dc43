import { DeleteTableCommand, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { startDynamoDB, type RunningDynamoDB } from "../../packages/testing/src/dynamodb/index.ts";

/**
 * Lends the best engine there is, DynamoDB Local where Java is installed, to one test file after the other. An engine
 * starts when a file asks and none is free, so there are never more engines than files that run at the same time. Each
 * file finds an engine without tables.
 *
 * A file borrows an engine by connecting, and is told engine and endpoint. It gives the engine back by hanging up, which a
 * process that crashed does too.
 */
export async function startEnginePool(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const engines: Promise<RunningDynamoDB>[] = [];
  /** Given back; each settles when it has no tables left. */
  const free: Promise<RunningDynamoDB>[] = [];
  const borrowers = new Set<Socket>();

  const lend = async (borrower: Socket) => {
    borrowers.add(borrower);
    const hungUp = new Promise((resolve) => borrower.once("close", resolve));
    borrower.on("error", () => undefined); // "close" follows
    const engine = await (free.pop() ?? start());
    borrower.write(`${engine.engine} ${engine.endpoint}\n`);
    await hungUp;
    borrowers.delete(borrower);
    const emptied = deleteTables(engine);
    emptied.catch(() => undefined); // the next borrower is told
    free.push(emptied);
  };
  const start = () => {
    const engine = startDynamoDB();
    engines.push(engine);
    return engine;
  };
  const server = createServer((borrower) => {
    lend(borrower).catch((error: unknown) => {
      if (!borrower.destroyed) borrower.end(`${String(error)}\n`);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port, // a server on TCP has no other kind of address
    async stop() {
      for (const borrower of borrowers) borrower.destroy();
      server.close();
      await Promise.allSettled(engines.map(async (engine) => (await engine).stop()));
    },
  };
}

async function deleteTables(engine: RunningDynamoDB): Promise<RunningDynamoDB> {
  const { client } = engine;
  for (;;) {
    const { TableNames = [] } = await client.send(new ListTablesCommand());
    if (TableNames.length === 0) return engine;
    await Promise.all(TableNames.map((TableName) => client.send(new DeleteTableCommand({ TableName }))));
  }
}
