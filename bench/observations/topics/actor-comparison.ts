/** What a system's official documentation says of one property. */
export interface Claim {
  readonly text: string;
  /** The page that says so. */
  readonly source: string;
}

/** A property of an actor, and how each system has it. What was measured stands in the report's other sections. */
export interface ActorPoint {
  readonly point: string;
  readonly durable: Claim;
  /** Of this repository, whose guarantees are tested. */
  readonly dynamodb: string;
  readonly azure: Claim;
  readonly restate: Claim;
  readonly cloudflare: Claim;
}

const DURABLE = "https://docs.aws.amazon.com/lambda/latest/dg/durable-functions.html";
const DURABLE_CONFIG = "https://docs.aws.amazon.com/lambda/latest/api/API_DurableConfig.html";
const QUOTAS = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html";
const ENTITIES = "https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-entities";
const SIGNALS =
  "https://learn.microsoft.com/dotnet/api/microsoft.azure.webjobs.extensions.durabletask.idurableentitycontext.signalentity";
const RESTATE_STATE = "https://docs.restate.dev/develop/ts/state";
const RESTATE_HANDLERS = "https://docs.restate.dev/foundations/handlers";
const RESTATE_CALLS = "https://docs.restate.dev/develop/ts/service-communication";
const RESTATE_SENDS = "https://docs.restate.dev/tsdocs/types/_restatedev_restate-sdk.ClientSendOptions";
const OBJECTS = "https://developers.cloudflare.com/durable-objects/reference/glossary/";
const DELETE_ALL = "https://developers.cloudflare.com/changelog/2026-02-24-deleteall-deletes-alarms";

const claim = (text: string, source: string): Claim => ({ text, source });

export const ACTOR_POINTS: readonly ActorPoint[] = [
  {
    point: "identity",
    durable: claim("execution; its history is kept for 1 to 90 days after its end", DURABLE_CONFIG),
    dynamodb: "counter id, until it is deleted",
    azure: claim("entity name and key", ENTITIES),
    restate: claim("object and key", RESTATE_STATE),
    cloudflare: claim("globally unique object, by its id", OBJECTS),
  },
  {
    point: "state",
    durable: claim("checkpoints; read again whole at each resume", DURABLE),
    dynamodb: "one item",
    azure: claim("persisted in storage by the runtime", ENTITIES),
    restate: claim("key-value state of each key", RESTATE_STATE),
    cloudflare: claim("private, persistent storage of each object", OBJECTS),
  },
  {
    point: "serial execution",
    durable: claim("within one execution, which replays its steps in order", DURABLE),
    dynamodb: "of writes: each is one conditional update",
    azure: claim("operations of one entity, one after another", ENTITIES),
    restate: claim("one exclusive handler at a time for each key", RESTATE_HANDLERS),
    cloudflare: claim("no other event while a storage operation runs (input gate)", OBJECTS),
  },
  {
    point: "mailbox",
    durable: claim("**none**: an execution takes one event, and callbacks that it created", DURABLE),
    dynamodb: "**none**: callers retry",
    azure: claim("messages through reliable queues", ENTITIES),
    restate: claim("one-way messages, stored until they are delivered", RESTATE_SENDS),
    cloudflare: claim("one point to which all requests are sent", OBJECTS),
  },
  {
    point: "reply",
    durable: claim("the result of the execution", DURABLE),
    dynamodb: "yes, and a repeated request gets the first reply",
    azure: claim("to a call; the result of a signal is ignored", SIGNALS),
    restate: claim("request-response calls", RESTATE_CALLS),
    cloudflare: claim("methods (RPC) and fetch", OBJECTS),
  },
  {
    point: "timers",
    durable: claim("waits, within the execution's time", DURABLE),
    dynamodb: "none",
    azure: claim("signals for a given time", SIGNALS),
    restate: claim("delayed messages", RESTATE_CALLS),
    cloudflare: claim("alarms", OBJECTS),
  },
  {
    point: "life cycle",
    durable: claim(`366 days, and [3,000 operations](${QUOTAS}), at most`, DURABLE_CONFIG),
    dynamodb: "until it is deleted",
    azure: claim("operations create and delete the state", ENTITIES),
    restate: claim("kept until its state is cleared", RESTATE_STATE),
    cloudflare: claim("until `deleteAll()`", DELETE_ALL),
  },
];
