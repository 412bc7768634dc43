import type { DurableExecutionInvocationInput, DurableLambdaHandler } from "@aws/durable-execution-sdk-js";

/** What one invocation read of its execution's history. */
export interface Resume {
  readonly operations: number;
  /** Of the operations as JSON. */
  readonly bytes: number;
  readonly pages: number;
}

type Page = Pick<DurableExecutionInvocationInput["InitialExecutionState"], "Operations">;

/** Passes invocations on to a handler, and notes what each reads before it goes on where the last one ended. */
export function watchResumes(handler: DurableLambdaHandler): {
  readonly handler: DurableLambdaHandler;
  readonly resumes: readonly Resume[];
} {
  const resumes: Resume[] = [];
  const watched: DurableLambdaHandler = (event, context) => {
    const index = resumes.push({ operations: -1, bytes: 0, pages: 0 }) - 1; // without the execution itself
    const add = ({ Operations: operations }: Page) => {
      const before = resumes[index] ?? { operations: 0, bytes: 0, pages: 0 };
      resumes[index] = {
        operations: before.operations + operations.length,
        bytes: before.bytes + Buffer.byteLength(JSON.stringify(operations)),
        pages: before.pages + 1,
      };
    };
    add(event.InitialExecutionState);
    const { durableExecutionClient: client } = event as Partial<WithClient>; // only the simulator's events have it
    if (client !== undefined) {
      const read = client.getExecutionState.bind(client);
      client.getExecutionState = async (...args) => {
        const page = await read(...args);
        add(page);
        return page;
      };
    }
    return handler(event, context);
  };
  return { handler: watched, resumes };
}

interface WithClient {
  readonly durableExecutionClient: { getExecutionState: (...args: unknown[]) => Promise<Page> };
}
