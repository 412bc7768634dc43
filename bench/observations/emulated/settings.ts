/** What the emulator's processes are told, in environment variables. */
export const SETTINGS = {
  /** The endpoint of DynamoDB for each function, as JSON. */
  endpoints: "OBSERVED_ENDPOINTS",
  /** With what probability a process dies before and after each call of DynamoDB. */
  deathChance: "OBSERVED_DEATH_CHANCE",
  /** A folder for what must outlive a process. */
  folder: "OBSERVED_FOLDER",
} as const;

/** @throws Error outside of a process that `withEmulator` started */
export function setting(name: keyof typeof SETTINGS): string {
  const value = process.env[SETTINGS[name]];
  if (value === undefined) throw new Error(`${SETTINGS[name]} is not set; start this file by withEmulator.`);
  return value;
}
