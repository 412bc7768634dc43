/** The mutations of a store, and for each a rule that must fail. */
export const MUTANTS = {
  "starts at 1": "a counter starts at 0 and increments by 1 by default",
  "keeps one value for all counters": "a batch continues from the value of the previous one",
  "applies commands backwards": "commands run in order, and each result has the value before and after",
  "applies the commands before the refused one":
    "no command of a batch counts if its last command is refused",
  "adds the batch up as a number": "a batch can pass the whole range of safe integers, and is exact",
  "limits only the last value":
    "an intermediate value that passes a limit refuses the batch, though the last value would not",
  "clamps only the last value": "clamping stops every intermediate value at the limit",
  "pulls a value back into the limits":
    "clamping leaves a value outside of its limits unchanged, and lets it come back",
  "holds on to a value outside the limits":
    "a value outside of its limits can come back, and cannot move further away",
  "lets a value outside the limits go on":
    "a value outside of its limits can come back, and cannot move further away",
  "rounds beyond 2^53": "2^53 − 1 and its negative are reached exactly and never passed",
  "puts its limits before the request's": "the limits of a request replace those of the store, both of them",
  "mixes its limits with the request's": "the limits of a request replace those of the store, both of them",
  "overlooks a request's initial value":
    "the initial value of a request takes precedence over the store's, and counts only the first time",
  "says too little": "a refusal names the counter, its value and the limit",
  "creates the counter before it applies":
    "an intermediate value that passes a limit refuses the batch, though the last value would not",

  "adds a value to set": "a set replaces the value, and its result has the value before",
  "tells no value before a set": "a set replaces the value, and its result has the value before",
  "looks only at what follows a set":
    "a set does not excuse a command before or after it that passes a limit",
  "looks only at what precedes a set":
    "a set does not excuse a command before or after it that passes a limit",
  "sets a value beyond its limits": "a set beyond a limit refuses its batch",
  "lets a set bring a value nearer to its limits":
    "a value outside of its limits is set within them, and not outside, however near",
  "refuses to set what it should clamp": "clamping sets the nearest limit",
  "sets a value again": "a retry of a set gets the first result and sets nothing",
  "takes a set for an increment": "an idempotency key tells a set from other commands",
  "sets without a look at other writers": "concurrent sets and increments take effect one after another",

  "ignores keys": "a retry gets the first result, replayed, and counts nothing",
  "does not tell a replay": "a retry gets the first result, replayed, and counts nothing",
  "replays from the value of today": "a retry gets the first result after other writes",
  "remembers only the last idempotencyKey": "every idempotency key is remembered, not only the last one",
  "replays whatever the commands are": "an idempotency key with other commands is refused and counts nothing",
  "takes keys in upper and lower case for one": "the same commands count again with another idempotency key",
  "knows commands by their sum": "an idempotency key with other commands is refused and counts nothing",
  "uses up the idempotency key of a refused batch": "a refused batch does not use its idempotency key",
  "shares keys among counters": "the same idempotency key on two counters is two keys",
  "holds a retry against the limits": "a retry gets the first result after the limits were tightened",
  "replays by the limits of today":
    "a retry of a clamped batch gets the first result, whatever the limits are now",
  "forgets refusals": "a refusal is final for its caller, whatever the value and the limits are later",
  "creates the counter of a refusal it remembers":
    "a final refusal creates no counter, and does not set its initial value",
  "lets a refusal stand for everybody":
    "a refusal does not concern other callers, or requests without a caller",
  "remembers only who was refused last":
    "a refusal stays final for its caller after refusals to other callers",
  "joins a caller and its idempotencyKey to one text":
    "a refusal concerns its caller and its key, whatever the two are when they are joined",
  "deletes the value and keeps refusals": "the refusals of a deleted counter are forgotten",
  "forgets the idempotency key of a batch that reads":
    "a batch that only reads keeps its first result if it has an idempotency key",

  "looks for the idempotency key first and counts later":
    "concurrent retries count once and get the same answer",
  "reads, then writes what it made of it":
    "none of 32 concurrent writers is lost, and no two have the same value before",
  "reads the value before in a request of its own":
    "none of 32 concurrent writers is lost, and no two have the same value before",
  "gives up when another writes meanwhile":
    "none of 32 concurrent writers is lost, and no two have the same value before",

  "reads what stood there before": "a consistent get returns every write that was acknowledged before it",
  "reads what is about to be written": "an inconsistent get returns a value that the counter had",
  "reads 0 where nothing is":
    "a get of a counter that was never written returns the initial value and creates nothing",
  "creates a counter to read it": "a batch that only reads returns the value and creates nothing",
  "lists all but one": "the list has every counter once, with its value, whatever its id is",
  "lists a first page only": "the list has every counter once, with its value, whatever its id is",
  "lists what was never written": "the list of an empty store is empty",
  "lists some twice": "the list has every counter once, with its value, whatever its id is",
  "takes ids that look alike for one": "the list has every counter once, with its value, whatever its id is",
  "takes ids in upper and lower case for one":
    "the list has every counter once, with its value, whatever its id is",
  "deletes nothing": "a deleted counter is not listed, and starts at its initial value again",
  "deletes all": "a deleted counter is not listed, and starts at its initial value again",
  "deletes the value and keeps the keys": "a deleted counter's keys are forgotten, and no other keys",
  "does not look at signals": "a call whose signal has aborted changes nothing, and is unavailable",
  "deletes whatever its signal says": "a call whose signal has aborted changes nothing, and is unavailable",
  "fails to delete what is not there": "deleting a counter that does not exist does nothing",

  "reads many counters without their initial value":
    "reading many counters gives a counter that was never written its initial value, and creates nothing",
  "creates the counters that it reads together":
    "reading many counters gives a counter that was never written its initial value, and creates nothing",
  "leaves missing counters out":
    "reading many counters gives a counter that was never written its initial value, and creates nothing",
  "reads many counters in the order of their ids": "reading many counters keeps the order of the ids",
  "returns many counters by the last mention of their id":
    "reading a counter twice in one call returns it once",
  "reads at most 100 counters": "reading 250 counters returns each of them",
  "reads many counters as they were before":
    "a consistent read of many counters returns every acknowledged write",
  "reads deleted counters with others": "reading many counters forgets a deleted counter",
  "refuses to read no counters": "reading no counters returns none",
  "reads ids that look alike together as one": "reading many counters takes every id for itself",
  "skips a bad id among many": "an id that is not valid among many is refused",
  "declares a capability that it does not have":
    "the store has the methods of every capability that it declares",
  "reads whatever it is told to": "ids that are no array are refused",

  "trusts its input": "an amount that is a string is refused",
  "refuses input with errors of its own": "an empty batch is refused",
} as const satisfies Readonly<Record<string, string>>;

export type Mutant = keyof typeof MUTANTS;
