import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { RawFile } from "../raw-data.ts";
import { cost } from "../topics/cost.ts";
import { choiceFigures } from "./choose-command.ts";

const FORM = `<form id="chooser">
<label>Commands a second <input name="rate" type="number" min="0.001" step="any" value="10"></label>
<label>Commands in an event <input name="batch" type="number" min="1" max="1000" value="1"></label>
<label>Recognise repetitions for seconds <input name="window" type="number" min="1" value="3600"></label>
<label>Minimum or maximum? <select name="limits"><option>yes</option><option>no</option></select></label>
<label>Shared by several callers? <select name="shared"><option>yes</option><option>no</option></select></label>
<label>Must the work around it survive waits and crashes? <select name="durable"><option>no</option><option>yes</option></select></label>
</form>
<output id="chosen" aria-live="polite"></output>`;

const GLUE = `
const form = document.getElementById("chooser");
const answer = () => {
  const entries = new FormData(form);
  const number = (name) => Number(entries.get(name));
  const isYes = (name) => entries.get(name) === "yes";
  const question = { rate: number("rate"), batch: number("batch"), window: number("window"), limits: isYes("limits"), shared: isYes("shared"), durable: isYes("durable") };
  const isValid = question.rate > 0 && question.batch >= 1 && question.window >= 1;
  document.getElementById("chosen").textContent = isValid ? choose(question, figures).join("\\n") : "Enter numbers above 0.";
};
form.addEventListener("input", answer);
form.addEventListener("submit", (event) => event.preventDefault());
answer();`;

/** The recommendation as a form: the function of the command line, and the measured figures. */
export function chooserOf(files: readonly RawFile[]): string {
  const raw = files.find(({ observation }) => observation === cost.name)?.data;
  const figures = JSON.stringify(choiceFigures(cost.read(raw)));
  const source = readFileSync(join(import.meta.dirname, "choose.ts"), "utf8");
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, removeComments: true },
  });
  return `${FORM}\n<script type="module">\n${outputText.replace("export function", "function")}const figures = ${figures};${GLUE}\n</script>`;
}
