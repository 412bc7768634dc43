/**
 * The arguments of a script. `--help` prints the usage and ends the script; a wrong argument ends it with exit code 2, and says what is
 * wrong before the usage.
 *
 * @param read throws for a wrong argument
 */
export function scriptArguments<T>(usage: string, read: (args: readonly string[]) => T): T {
  const args = process.argv.slice(2);
  if (args.includes("--help")) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return read(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}
