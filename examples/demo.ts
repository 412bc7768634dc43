import { demo } from "./demo/demo.ts";

try {
  process.exitCode = await demo(process.argv.slice(2), console.log);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
