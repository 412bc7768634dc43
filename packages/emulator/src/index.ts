export { EmulatedLambda } from "./emulated-lambda.ts";
