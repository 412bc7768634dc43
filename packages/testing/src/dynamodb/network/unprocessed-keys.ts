import { throttled, type Trace } from "./error-reply.ts";
import type { Reply } from "./upstream.ts";

/** The keys of each table of a BatchGetItem, as DynamoDB's protocol writes them. */
type RequestItems = Readonly<Record<string, { readonly Keys: readonly unknown[] }>>;

interface BatchCall {
  readonly body: Buffer;
  readonly trace: Trace;
  readonly execute: (body: Buffer) => Promise<Reply>;
}

/**
 * A BatchGetItem for which there is capacity for some keys only: those are read, and the reply has the others as unprocessed.
 * Only if there is none for any key is the whole request refused.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 *
 * @param chance which share of the keys is read, from 0 to below 1
 */
export async function partlyThrottled({ body, trace, execute }: BatchCall, chance: number): Promise<Reply> {
  // An invalid request is refused by the engine, below.
  const request = JSON.parse(body.toString()) as { readonly RequestItems: RequestItems };
  const { read, unprocessed } = divided(request.RequestItems, chance);
  if (Object.keys(read).length === 0) return throttled(trace);
  const reply = await execute(Buffer.from(JSON.stringify({ ...request, RequestItems: read })));
  if (reply.status !== 200) return reply;
  const answered = JSON.parse(reply.body.toString()) as { readonly UnprocessedKeys?: RequestItems };
  const UnprocessedKeys = joined(answered.UnprocessedKeys ?? {}, unprocessed);
  const { "x-amz-crc32": _checksum, ...headers } = reply.headers;
  return { ...reply, headers, body: Buffer.from(JSON.stringify({ ...answered, UnprocessedKeys })) };
}

function divided(items: RequestItems, chance: number) {
  const part = (choose: (keys: readonly unknown[], size: number) => readonly unknown[]): RequestItems =>
    Object.fromEntries(
      Object.entries(items)
        .map(([table, { Keys, ...options }]) => {
          return [table, { ...options, Keys: choose(Keys, Math.floor(chance * Keys.length)) }] as const;
        })
        .filter(([, { Keys }]) => Keys.length > 0),
    );
  return {
    read: part((keys, size) => keys.slice(0, size)),
    unprocessed: part((keys, size) => keys.slice(size)),
  };
}

/** Keys of the same tables, one after the other. */
function joined(first: RequestItems, second: RequestItems): RequestItems {
  const tables = new Set([...Object.keys(first), ...Object.keys(second)]);
  return Object.fromEntries(
    Array.from(tables, (table) => [
      table,
      {
        ...first[table],
        ...second[table],
        Keys: [...(first[table]?.Keys ?? []), ...(second[table]?.Keys ?? [])],
      },
    ]),
  );
}
