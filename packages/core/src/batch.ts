import { commandParser } from "./command.ts";
import { arrayParser } from "./parser.ts";
import { zodSchema } from "./zod-schema.ts";

const MAX_COMMANDS = 1_000;

/** Parser of a batch: 1–1,000 commands. */
export const commandsParser = arrayParser(
  commandParser,
  [1, MAX_COMMANDS],
  `pass an array of 1 to ${MAX_COMMANDS} commands`,
);

/** zod schema of a batch: 1–1,000 commands. */
export const Commands = /* @__PURE__ */ zodSchema(commandsParser);
