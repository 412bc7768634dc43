import type { Shape } from "../report/shape.ts";

export const ENTITY_SOURCE = "https://github.com/microsoft/durabletask-netherite";

/** Signals a second of one counter entity, against cores. */
const NETHERITE = [
  [1, 900],
  [2, 1_400],
  [4, 1_900],
] as const;

export const PUBLISHED_SCALING: Shape = { name: "Netherite", isPublished: true, points: NETHERITE };

/** Operations a second of a single entity. */
export const PUBLISHED_ENTITY = [
  ...NETHERITE.map(([cores, perSecond]) => ({
    name: `Netherite, ${cores} ${cores === 1 ? "core" : "cores"}`,
    perSecond,
  })),
  { name: "Azure Storage", perSecond: 64 },
] as const;
