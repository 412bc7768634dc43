/**
 * The script of the console. It makes elements and sets their text, never markup, so that no payload can become part of
 * the page.
 */
export const CONSOLE_SCRIPT = `"use strict";
const byId = (id) => document.getElementById(id);
const start = byId("start"), filter = byId("filter"), message = byId("message");
const executions = new Map();
let shown, refreshing = false, mustRefresh = false;

function element(name, text, properties = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return Object.assign(made, properties);
}
function button(text, act, properties) {
  return element("button", text, { type: "button", onclick: () => act().catch(tell), ...properties });
}
const tell = (error) => { message.textContent = error instanceof Error ? error.message : error; };
async function call(method, path, body, headers) {
  const response = await fetch(path, { method, body, headers });
  if (response.ok) return response;
  throw new Error((await response.json()).message);
}
const get = async (path) => (await call("GET", path)).json();
const pathOf = (arn) => encodeURIComponent(arn);
const duration = (from, to) => from === undefined || to === undefined ? "" : to - from < 1000
  ? to - from + " ms" : ((to - from) / 1000).toFixed(1) + " s";

function showList() {
  const { function: name, status, name: part } = Object.fromEntries(new FormData(filter));
  const rows = Array.from(executions.values()).filter((each) => (name === "" || each.functionName === name)
    && (status === "" || each.status === status) && each.executionName.includes(part));
  rows.sort((a, b) => b.startedAt - a.startedAt);
  byId("list").replaceChildren(...rows.slice(0, 500).map((each) => {
    const row = element("tr");
    const head = element("th", undefined, { scope: "row" });
    const link = element("a", each.executionName, { href: "#" + pathOf(each.arn) });
    if (each.arn === shown) link.setAttribute("aria-current", "true");
    head.append(link);
    row.append(head, element("td", each.functionName), element("td", each.status, { className: each.status }),
      element("td", new Date(each.startedAt).toLocaleTimeString()), element("td", duration(each.startedAt, each.endedAt)));
    return row;
  }));
  byId("empty").hidden = rows.length > 0;
}

async function showDetails() {
  if (shown === undefined) return;
  if (refreshing) { mustRefresh = true; return; }
  refreshing = true;
  try {
    render(await get("/emulator/executions/" + pathOf(shown)));
  } finally {
    refreshing = false;
    if (mustRefresh) { mustRefresh = false; setTimeout(() => showDetails().catch(tell), 100); }
  }
}

function render(execution) {
  byId("details").hidden = false;
  byId("details-title").textContent = execution.functionName + " / " + execution.executionName;
  const facts = [["Status", execution.status], ["Invocations", String(execution.invocations)], ["Event", execution.payload],
    ["Result", execution.result], ["Error", execution.error], ["ARN", execution.arn]].filter(([, text]) => text !== undefined);
  byId("facts").replaceChildren(...facts.flatMap(([name, text]) => [element("dt", name),
    element("dd", text, { className: name === "Status" ? text : name === "Error" ? "bad" : "" })]));
  rendered = execution;
  byId("timeline").href = "/emulator/executions/" + pathOf(execution.arn) + "/timeline";
  byId("kill").disabled = !execution.isRunning;
  byId("stop").disabled = execution.status !== "RUNNING";
  const path = "/emulator/executions/" + pathOf(execution.arn);
  execution.operations.forEach((operation, index) => {
    const key = JSON.stringify(operation);
    const row = byId("operations").rows[index];
    if (row?.key === key) return;
    const made = Object.assign(operationRow(operation, path), { key });
    if (row === undefined) byId("operations").append(made);
    else row.replaceWith(made);
  });
  byId("logs").textContent = execution.logs.map(({ at, text }) => new Date(at).toISOString().slice(11, 23) + "  " + text)
    .join("\\n") || "Nothing was printed.";
}

/** The buttons stay the same ones while the execution changes: a click is a press and a release on one element. */
let rendered;
byId("actions").append(element("a", "Timeline", { id: "timeline", target: "_blank" }),
  button("Kill the process now", () => call("POST", "/emulator/executions/" + pathOf(shown) + "/kill"), { id: "kill" }),
  button("Stop", () => call("POST", "/2025-12-01/durable-executions/" + pathOf(shown) + "/stop", "{}"), { id: "stop" }),
  button("Run again with an edited event", async () => {
    start.elements.function.value = rendered.functionName;
    start.elements.event.value = rendered.payload ?? "{}";
    start.elements.name.value = "";
    start.elements.event.focus();
  }));

function operationRow(operation, path) {
  const label = operation.name ?? operation.id;
  const row = element("tr"), result = element("td"), actions = element("div", undefined, { className: "actions" });
  const text = operation.error ?? operation.result;
  if (text !== undefined) result.append(element("code", text, { className: operation.error === undefined ? "" : "bad" }));
  if (operation.canSkip) {
    actions.append(button("Skip this wait", () => call("POST", path + "/skip/" + encodeURIComponent(operation.id)),
      { ariaLabel: "Skip the wait " + label }));
  }
  if (operation.callbackId !== undefined) {
    const callback = "/2025-12-01/durable-execution-callbacks/" + encodeURIComponent(operation.callbackId);
    const answer = element("input", undefined, { ariaLabel: "Answer to the callback " + label, placeholder: "answer" });
    actions.append(answer,
      button("Complete", () => call("POST", callback + "/succeed", answer.value),
        { ariaLabel: "Complete the callback " + label }),
      button("Fail", () => call("POST", callback + "/fail", JSON.stringify({ ErrorMessage: answer.value })),
        { ariaLabel: "Fail the callback " + label }));
  }
  row.append(element("th", label, { scope: "row" }), element("td", operation.type),
    element("td", operation.status, { className: operation.status }),
    element("td", operation.attempts === undefined ? "" : String(operation.attempts)),
    element("td", duration(operation.startedAt, operation.endedAt)), result, element("td"));
  row.lastChild.append(actions);
  return row;
}
async function onHash() {
  shown = location.hash === "" ? undefined : decodeURIComponent(location.hash.slice(1));
  byId("operations").replaceChildren();
  byId("details").hidden = shown === undefined;
  showList();
  await showDetails();
  if (shown !== undefined) byId("details-title").focus();
}

start.addEventListener("submit", (event) => {
  event.preventDefault();
  const { function: name, event: payload, name: executionName } = Object.fromEntries(new FormData(start));
  const headers = { "x-amz-invocation-type": "Event" };
  if (executionName !== "") headers["x-amz-durable-execution-name"] = executionName;
  call("POST", "/2015-03-31/functions/" + encodeURIComponent(name + ":$LATEST") + "/invocations", payload, headers)
    .then((response) => {
      const arn = response.headers.get("x-amz-durable-execution-arn");
      tell(arn === null ? name + " ran as a plain function: its handler is not wrapped by withDurableExecution." : "Started.");
      if (arn !== null) location.hash = pathOf(arn);
    }).catch(tell);
});
start.elements.file.addEventListener("change", () => {
  const [file] = start.elements.file.files;
  if (file) file.text().then((text) => { start.elements.event.value = text; }).catch(tell);
});
filter.addEventListener("input", showList);
filter.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", () => onHash().catch(tell));

async function load() {
  for (const each of await get("/emulator/executions")) executions.set(each.arn, each);
  showList();
  await showDetails();
}
let planned = false;
const changes = new EventSource("/emulator/changes");
changes.addEventListener("open", () => { tell("Connected."); load().catch(tell); });
changes.addEventListener("error", () => tell("The emulator does not answer. Trying again."));
changes.addEventListener("message", ({ data }) => {
  const summary = JSON.parse(data);
  executions.set(summary.arn, summary);
  if (planned) return;
  planned = true;
  requestAnimationFrame(() => {
    planned = false;
    showList();
    showDetails().catch(tell);
  });
});
get("/emulator/functions").then((names) => {
  for (const name of names) {
    start.elements.function.append(element("option", name));
    filter.elements.function.append(element("option", name));
  }
}).catch(tell);
onHash().catch(tell);
`;
