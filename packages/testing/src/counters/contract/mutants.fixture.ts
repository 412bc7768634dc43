/** The mutations of a store, and for each a rule that must fail. */
export const MUTANTS = {
  "starts at 1": "a counter starts at 0 and goes by 1 where nothing else is said",
  "keeps one value for all counters": "a batch goes on from where the one before it ended",
  "applies commands backwards": "commands run in order, and each result tells the value before and after",
  "applies the commands before the refused one": "nothing of a batch counts when its last command is refused",
  "adds the batch up as a number": "a batch may travel from edge to edge, further than a number can count",
  "limits only the last value": "an intermediate value that passes a limit refuses the batch",
  "clamps only the last value": "clamping stops every intermediate value at the limit",
  "pulls a value back into the limits": "clamping leaves a value outside its limits where it is",
  "holds on to a value outside the limits": "a value outside its limits may come back",
  "lets a value outside the limits go on":
    "a value outside its limits may come back, and move no further away",
  "rounds beyond 2^53": "2^53 − 1 and its negative are reached exactly and never passed",
  "puts its limits before the request's": "a request's limits stand in for the store's",
  "mixes its limits with the request's": "a request's limits stand in for the store's, both of them",
  "overlooks a request's initial value": "a request's initial value goes before the store's",
  "says too little": "a refusal tells the counter, its value and the limit",
  "creates the counter before it applies": "an intermediate value that passes a limit refuses the batch",

  "ignores keys": "a retry is answered with the first receipt, replayed, and counts nothing",
  "does not tell a replay": "a retry is answered with the first receipt, replayed, and counts nothing",
  "replays from the value of today":
    "a retry is answered with the first receipt though others wrote meanwhile",
  "remembers only the last idempotencyKey": "every idempotency key is remembered, not only the last",
  "replays whatever the commands are": "an idempotency key that comes back with other commands is refused",
  "takes keys in upper and lower case for one": "the same commands count again with another idempotency key",
  "knows commands by their sum": "an idempotency key that comes back with other commands is refused",
  "uses up the idempotency key of a refused batch":
    "an idempotency key was not used by a batch that was refused",
  "shares keys among counters": "one idempotency key on two counters is two keys",
  "holds a retry against the limits": "a retry is answered though the limits were tightened meanwhile",
  "replays by the limits of today": "a retry of a clamped batch tells where it stopped the first time",
  "forgets refusals": "a refusal is final for its caller",
  "creates the counter of a refusal it remembers": "a refusal that is final creates no counter",
  "lets a refusal stand for everybody": "a refusal is nothing to another caller",
  "remembers only who was refused last": "a refusal stays final for its caller though others were refused",
  "deletes the value and keeps refusals": "a deleted counter's refusals are forgotten",
  "forgets the idempotency key of a batch that reads":
    "a batch that only reads keeps, with an idempotency key, what it read",

  "looks for the idempotency key first and counts later":
    "a retry that arrives together with the first counts once, and all",
  "reads, then writes what it made of it": "of 32 concurrent writers none is lost",
  "reads the value before in a request of its own": "of 32 concurrent writers none is lost",
  "gives up when another writes meanwhile": "of 32 concurrent writers none is lost",

  "reads what stood there before": "a consistent get sees every write acknowledged before it",
  "reads what is about to be written": "a get that need not be consistent answers a value the counter had",
  "reads 0 where nothing is": "a get of a counter that was never written answers the initial value",
  "creates a counter to read it": "a batch that only reads tells the value and creates nothing",
  "lists all but one": "the list has every counter once",
  "lists a first page only": "the list has every counter once",
  "lists what was never written": "an empty store lists nothing",
  "lists some twice": "the list has every counter once",
  "takes ids that look alike for one": "the list has every counter once, with its value, whatever its name",
  "takes ids in upper and lower case for one":
    "the list has every counter once, with its value, whatever its name",
  "deletes nothing": "a deleted counter is listed no more",
  "deletes all": "a deleted counter is listed no more",
  "deletes the value and keeps the keys": "a deleted counter's keys are forgotten",
  "fails to delete what is not there": "deleting what is not there does nothing",

  "trusts its input": "an amount that is a string is refused",
  "refuses input with errors of its own": "an empty batch is refused",
} as const satisfies Readonly<Record<string, string>>;

export type Mutant = keyof typeof MUTANTS;
