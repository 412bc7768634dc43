import type { Observation } from "./observation.ts";
import { actor } from "./topics/actor.ts";
import { contention } from "./topics/contention.ts";
import { cost } from "./topics/cost.ts";
import { effort } from "./topics/effort.ts";
import { entity } from "./topics/entity.ts";
import { failure } from "./topics/failure.ts";
import { idle } from "./topics/idle.ts";
import { operations } from "./topics/operations.ts";
import { order } from "./topics/order.ts";
import { parallel } from "./topics/parallel.ts";
import { processes } from "./topics/processes.ts";
import { recovery } from "./topics/recovery.ts";
import { replay } from "./topics/replay.ts";
import { restarts } from "./topics/restarts.ts";
import { steps } from "./topics/steps.ts";
import { throughput } from "./topics/throughput.ts";

/** In the order of the report. */
export const observations: readonly Observation[] = [
  cost,
  failure,
  processes,
  recovery,
  replay,
  restarts,
  order,
  contention,
  throughput,
  operations,
  entity,
  steps,
  parallel,
  idle,
  effort,
  actor,
];
