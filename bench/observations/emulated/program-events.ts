/** What `pausing` of programs.ts is invoked with. */
export interface PausingEvent {
  readonly id: string;
  /** After so many commands it pauses. */
  readonly stops: readonly number[];
  readonly inStore: boolean;
}

export const DEATHS = [
  "between two steps",
  "before its request",
  "after its request, before its checkpoint",
] as const;
export type Death = (typeof DEATHS)[number];

/** What `dying` of programs.ts is invoked with. */
export interface DyingEvent {
  readonly id: string;
  readonly commands: number;
  /** The index of the command at which the process dies. */
  readonly dieAt: number;
  readonly dieWhere: Death;
  readonly inStore: boolean;
}
