import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { DynamoDBCounterStoreOptions } from "@durable-counter/dynamodb";

const PROCESS = fileURLToPath(new URL("writer-process.ts", import.meta.url));

/** What each process is to write. */
export interface Writing {
  readonly endpoint: string;
  readonly tableName: string;
  readonly id: string;
  readonly strategy: NonNullable<NonNullable<DynamoDBCounterStoreOptions["idempotency"]>["strategy"]>;
  /** One after the other. */
  readonly commands: number;
}

/** What a process sent for it, and how many commands failed. */
export interface Written {
  readonly requests: number;
  readonly givenUp: number;
}

/** Processes that write to one counter at once. */
export interface Writers {
  writeAll(writing: Writing): Promise<Written>;
  stop(): void;
}

/** Starts the processes, and waits until all are ready. */
export async function startWriters(count: number): Promise<Writers> {
  const processes = Array.from({ length: count }, (_, writer) => fork(PROCESS, [`${writer}`]));
  await Promise.all(processes.map((each) => answerOf(each)));
  return {
    writeAll: async (writing) => {
      const answers = processes.map((each) => answerOf<Written>(each));
      for (const each of processes) each.send(writing);
      const written = await Promise.all(answers);
      const sum = (of: keyof Written) => written.reduce((total, each) => total + each[of], 0);
      return { requests: sum("requests"), givenUp: sum("givenUp") };
    },
    stop: () => {
      for (const each of processes) each.disconnect();
    },
  };
}

async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`A writer ended with code ${code}; see above.`);
  });
  ended.catch(() => undefined); // also of a process that ended as it should
  const [answer] = await Promise.race([once(child, "message"), ended]);
  return answer as Answer; // writer-process.ts sends nothing else
}
