/** The functions that the emulator runs in processes of its own. Each export is one function. */
import { addInStep } from "../subjects/add-in-step.ts";
import { counterInExecution } from "../subjects/counter-in-execution.ts";
import { counterInSteps } from "../subjects/counter-in-steps.ts";
import { counterStore } from "../subjects/counter-store.ts";
import { markerItem } from "../subjects/marker-item.ts";
import { plainAdd } from "../subjects/plain-add.ts";
import { powertoolsAroundAdd } from "../subjects/powertools-around-add.ts";
import { recordBeside } from "../subjects/record-beside.ts";
import { killableClient } from "./killable-client.ts";

const client = killableClient(process.env["AWS_LAMBDA_FUNCTION_NAME"] ?? "");
const connection = { client, world: { now: Date.now } };

export const inExecution = counterInExecution.connect(connection);
export const inDynamoDB = counterStore.connect(connection);
export const inSteps = counterInSteps.connect(connection);
export const plain = plainAdd.connect(connection);
export const addingStep = addInStep.connect(connection);
export const besideRecord = recordBeside.connect(connection);
export const withMarker = markerItem.connect(connection);
export const inPowertools = powertoolsAroundAdd.connect(connection);
