import { Agent, request } from "node:http";

/** What `checkpoints` of functions.ts is invoked with. */
export interface CheckpointsEvent {
  readonly calls: number;
  /** The URL of bare-server.ts. */
  readonly bareServer: string;
}

/** The milliseconds of all calls together. */
export interface CheckpointTimes {
  readonly emulator: number;
  readonly bareServer: number;
}

/** The part of a durable function's event that it needs. */
interface DurableEvent {
  readonly DurableExecutionArn: string;
  readonly CheckpointToken: string;
  readonly InitialExecutionState: {
    readonly Operations: readonly { readonly ExecutionDetails?: { readonly InputPayload?: string } }[];
  };
}

/** Checkpoints one step per call, and sends the same bytes to the bare server, which answers what the emulator answered. */
export async function timeCheckpoints(event: DurableEvent) {
  const payload = event.InitialExecutionState.Operations[0]?.ExecutionDetails?.InputPayload ?? "";
  const { calls, bareServer } = JSON.parse(payload) as CheckpointsEvent; // of emulator-checkpoint.ts
  const agent = new Agent({ keepAlive: true });
  const arn = encodeURIComponent(event.DurableExecutionArn);
  const path = `/2025-12-01/durable-executions/${arn}/checkpoint`;
  const emulator = new URL(path, process.env["AWS_ENDPOINT_URL_LAMBDA"]);
  const times = { emulator: 0, bareServer: 0 };
  let token = event.CheckpointToken;
  const callEmulator = async (text: string) => {
    const before = performance.now();
    const answer = await send(agent, emulator, "POST", text);
    times.emulator += performance.now() - before;
    token = (JSON.parse(answer) as { CheckpointToken: string }).CheckpointToken; // the execution has not ended
    return answer;
  };
  const callBareServer = async (text: string) => {
    const before = performance.now();
    await send(agent, new URL(path, bareServer), "POST", text);
    times.bareServer += performance.now() - before;
  };
  // Once: a call between two that are timed would let one server start warmer than the other. All answers are as long.
  await send(agent, new URL(bareServer), "PUT", await callEmulator(checkpoint(token, 0)));
  times.emulator = 0;
  for (let call = 1; call <= calls; call++) {
    const text = checkpoint(token, call);
    if (call % 2 === 0) await callBareServer(text);
    await callEmulator(text);
    if (call % 2 === 1) await callBareServer(text);
  }
  agent.destroy();
  return { Status: "SUCCEEDED", Result: JSON.stringify(times satisfies CheckpointTimes) };
}

/** The call of the SDK for a step whose body does no I/O. */
function checkpoint(token: string, index: number): string {
  const step = { Id: `step-${index}`, Type: "STEP", SubType: "Step", Name: `step ${index}` };
  return JSON.stringify({
    CheckpointToken: token,
    ClientToken: `call-${index}`,
    Updates: [
      { ...step, Action: "START" },
      { ...step, Action: "SUCCEED", Payload: String(index) },
    ],
  });
}

function send(agent: Agent, url: URL, method: "POST" | "PUT", text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
    const sent = request(url, { agent, method, headers }, (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (answer += chunk));
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`${url.href} answered ${response.statusCode}: ${answer}`));
      });
    });
    sent.on("error", reject);
    sent.end(text);
  });
}
