/** The style of the console: light or dark as the system is, and readable on a phone. */
export const CONSOLE_STYLE = `
:root { color-scheme: light dark; --bg: light-dark(#fff, #14171c); --text: light-dark(#1b2028, #e6e9ee);
  --muted: light-dark(#5a6372, #9aa4b2); --line: light-dark(#d9dee6, #303742); --panel: light-dark(#f5f7fa, #1c2027);
  --good: light-dark(#0a6b34, #5fd38d); --bad: light-dark(#b3261e, #ff8a80); --busy: light-dark(#0b57d0, #8ab4f8); }
* { box-sizing: border-box }
body { margin: 0; background: var(--bg); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
header, main { max-width: 1200px; margin: 0 auto; padding: 16px 20px }
header { display: flex; flex-wrap: wrap; gap: 4px 24px; align-items: baseline }
h1 { font-size: 22px; margin: 0 } h2 { font-size: 18px; margin: 0 0 8px; overflow-wrap: anywhere }
h3 { font-size: 15px; margin: 16px 0 6px } p { margin: 0; color: var(--muted) }
section { margin-bottom: 32px }
form { display: flex; flex-wrap: wrap; gap: 10px 16px; align-items: end; margin-bottom: 10px }
label { display: flex; flex-direction: column; gap: 2px; font-size: 13px; color: var(--muted); min-width: 0; max-width: 100% }
label.wide { flex: 1 0 100% }
input, select, textarea, button { font: inherit; color: var(--text); background: var(--bg); max-width: 100%;
  border: 1px solid var(--muted); border-radius: 6px; padding: 5px 10px }
textarea, pre, td code { font: 13px/1.5 ui-monospace, monospace }
button { cursor: pointer; background: var(--panel) } button:disabled { cursor: default; opacity: .5 }
:focus-visible { outline: 2px solid var(--busy); outline-offset: 1px } h2:focus { outline: none }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px }
table { border-collapse: collapse; width: 100%; font-size: 14px }
th, td { text-align: left; vertical-align: top; padding: 6px 12px; border-bottom: 1px solid var(--line) }
thead th { color: var(--muted); font-weight: 500 } tbody th { font-weight: 500; overflow-wrap: anywhere; min-width: 120px }
td code { white-space: pre-wrap; overflow-wrap: anywhere; display: block; min-width: 140px; max-height: 9em; overflow: auto }
a { color: var(--busy) } .SUCCEEDED { color: var(--good) } .FAILED, .TIMED_OUT, .STOPPED, .bad { color: var(--bad) }
.RUNNING, .STARTED, .PENDING, .READY { color: var(--busy) }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 14px; margin: 0 0 10px } dt { color: var(--muted) }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap } .actions { display: flex; flex-wrap: wrap; gap: 8px }
pre { margin: 0; padding: 10px 12px; background: var(--panel); border-radius: 8px; max-height: 20em; overflow: auto;
  white-space: pre-wrap; overflow-wrap: anywhere }
`;
