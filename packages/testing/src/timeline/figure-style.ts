/** Colours per theme. Each text has a contrast of at least 4.5 to 1 with its background. */
const LIGHT = {
  "--bg": "#ffffff",
  "--panel": "#f6f8fa",
  "--text": "#1a2230",
  "--muted": "#57606e",
  "--line": "#dde2e9",
  "--band": "#eef3f9",
  "--idle": "#ffffff",
  "--accent": "#0b62b0",
  "--bad": "#c2341d",
  "--bad-fill": "#fde7e2",
  "--good": "#1a7249",
  "--step": "#0b62b0",
  "--step-fill": "#d7e8fa",
  "--condition": "#006b57",
  "--condition-fill": "#d3f0e7",
  "--wait": "#8a5a00",
  "--wait-fill": "#fcefcf",
  "--callback": "#87398a",
  "--callback-fill": "#f5e1f5",
  "--invoke": "#44546a",
  "--invoke-fill": "#e2e8f0",
  "--call": "#7a4a2b",
  "--call-fill": "#f4e6db",
};

const DARK: typeof LIGHT = {
  "--bg": "#0f141b",
  "--panel": "#171e28",
  "--text": "#e6edf5",
  "--muted": "#9aa7b7",
  "--line": "#2a3441",
  "--band": "#18212d",
  "--idle": "#0f141b",
  "--accent": "#62b3ff",
  "--bad": "#ff8169",
  "--bad-fill": "#451d17",
  "--good": "#5fd39b",
  "--step": "#62b3ff",
  "--step-fill": "#143553",
  "--condition": "#43cfa9",
  "--condition-fill": "#0d3b31",
  "--wait": "#e5b74a",
  "--wait-fill": "#3b2e0e",
  "--callback": "#dea2e5",
  "--callback-fill": "#402344",
  "--invoke": "#aebccf",
  "--invoke-fill": "#283342",
  "--call": "#e2a988",
  "--call-fill": "#3c2a1e",
};

/** The colours for the selector, by the theme of the reader. Paper is light. */
export function themeStyle(selector: string): string {
  return (
    `${selector}{${declarations(LIGHT)};color-scheme:light dark}` +
    `@media screen and (prefers-color-scheme:dark){${selector}{${declarations(DARK)}}}`
  );
}

function declarations(theme: typeof LIGHT): string {
  return Object.entries(theme)
    .map(([name, value]) => `${name}:${value}`)
    .join(";");
}

const KINDS = ["step", "condition", "wait", "callback", "invoke", "call"] as const;

/** How the parts of a figure look, in a page and in an image. */
export const FIGURE_STYLE = [
  "text{font:11.5px system-ui,sans-serif;fill:var(--text)}",
  ".lane{fill:var(--muted)}.top{font-weight:600;fill:var(--text)}",
  ".rows{stroke:var(--line);fill:none}.guide{stroke:var(--muted);fill:none;opacity:.6}",
  ".tick{stroke:var(--muted);fill:none}text.tick{stroke:none;fill:var(--muted)}",
  "text.idle{fill:var(--muted);text-anchor:middle;font-style:italic}",
  ".band{fill:var(--band)}.break{fill:var(--idle)}.tear{stroke:var(--line);fill:none}",
  ".b{--s:var(--step);--f:var(--step-fill)}",
  ...KINDS.map((kind) => `.${kind}{--s:var(--${kind});--f:var(--${kind}-fill)}`),
  ".invocation{--s:var(--muted);--f:var(--bg)}",
  ".run{fill:var(--f);stroke:var(--s)}.failed{fill:var(--bad-fill);stroke:var(--bad)}",
  ".pause{fill:none;stroke:var(--s);stroke-width:2;stroke-dasharray:2 3}",
  ".replay{fill:url(#replay);stroke:var(--s)}.x{stroke:var(--bad);stroke-width:2;fill:none;stroke-linecap:round}",
  ".context .run{fill:none;stroke:var(--muted);stroke-dasharray:4 3;opacity:.7;pointer-events:all}",
  ".invocation text{font-weight:600}",
  ".death{stroke:var(--bad);stroke-width:2;stroke-dasharray:6 3;fill:none}",
  ".bolt{fill:var(--bad);stroke:var(--bg);stroke-width:1;paint-order:stroke}",
  ".paper{fill:var(--bg)}",
  ".hatch{stroke:var(--muted);stroke-width:1.5;opacity:.55}",
].join("");

/** Patterns that the style refers to. */
export const FIGURE_DEFINITIONS =
  `<defs><pattern id="replay" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
  `<path class="hatch" d="M0 0v6"/></pattern></defs>`;
