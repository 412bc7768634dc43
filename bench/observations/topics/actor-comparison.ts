/** A property of an actor, and how each system has it. Texts, with their sources; what was measured stands in the report's other sections. */
export interface ActorPoint {
  readonly point: string;
  readonly durable: string;
  readonly dynamodb: string;
  readonly azure: string;
  readonly restate: string;
  readonly cloudflare: string;
}

export const SOURCES = {
  lambda: "https://docs.aws.amazon.com/lambda/latest/dg/durable-functions.html",
  azure: "https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-entities",
  restate: "https://docs.restate.dev/concepts/services",
  cloudflare: "https://developers.cloudflare.com/durable-objects/",
} as const;

export const ACTOR_POINTS: readonly ActorPoint[] = [
  {
    point: "identity",
    durable: "execution name; free again after its retention",
    dynamodb: "counter id, for ever",
    azure: "entity name and key",
    restate: "object name and key",
    cloudflare: "object id or name",
  },
  {
    point: "state",
    durable: "checkpoints; read again whole at each resume",
    dynamodb: "one item",
    azure: "stored by the runtime",
    restate: "key-value state of the object",
    cloudflare: "storage of the object",
  },
  {
    point: "serial execution",
    durable: "within an execution: calls on one counter run one after another",
    dynamodb: "of writes: each is one conditional update",
    azure: "yes, one operation at a time",
    restate: "yes, one exclusive handler for each key",
    cloudflare: "one thread; other events may come between at I/O other than storage",
  },
  {
    point: "mailbox",
    durable: "**none**: an execution takes one event, and callbacks that it created",
    dynamodb: "**none**: callers retry",
    azure: "yes, signals are queued",
    restate: "yes, calls and sends are queued for each key",
    cloudflare: "requests are delivered to the one instance",
  },
  {
    point: "reply",
    durable: "the result of the execution",
    dynamodb: "yes, and a repeated request gets the first reply",
    azure: "to a call; not to a signal",
    restate: "yes",
    cloudflare: "yes",
  },
  {
    point: "timers",
    durable: "`context.wait`, up to a year",
    dynamodb: "none",
    azure: "delayed signals",
    restate: "delayed sends",
    cloudflare: "alarms",
  },
  {
    point: "life cycle",
    durable: "one year and 3,000 operations at most",
    dynamodb: "until it is deleted",
    azure: "until it is deleted",
    restate: "until its state is cleared",
    cloudflare: "until its storage is deleted",
  },
];
