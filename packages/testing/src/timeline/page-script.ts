/**
 * The script of the page: it shows the row of a bar beside it, on hover and focus, and moves the focus with the arrow keys.
 * Without it, a bar is a link to its row. It takes nothing from the page but elements, so that no text becomes markup.
 */
export const PAGE_SCRIPT = `"use strict";
const card = document.getElementById("card");
let pinned, shown;
const bars = (figure) => Array.from(figure.querySelectorAll("a.b"));
const rowOf = (bar) => document.getElementById(bar.getAttribute("href").slice(1));
for (const figure of document.querySelectorAll("figure")) {
  bars(figure).forEach((bar, index) => bar.setAttribute("tabindex", index ? "-1" : "0"));
}
function show(bar) {
  if (shown === bar) return;
  const row = rowOf(bar);
  card.replaceChildren(...Array.from(row.cells, (cell) => {
    const part = document.createElement("div");
    part.append(...cell.cloneNode(true).childNodes);
    return part;
  }));
  shown = bar;
  card.hidden = false;
  const box = bar.getBoundingClientRect();
  const left = Math.max(box.left, bar.closest(".scroll").getBoundingClientRect().left);
  const below = box.bottom + 8;
  const fits = below + card.offsetHeight < innerHeight || box.top < card.offsetHeight + 16;
  card.style.left = Math.max(8, Math.min(left, innerWidth - card.offsetWidth - 8)) + "px";
  card.style.top = (fits ? below : box.top - card.offsetHeight - 8) + "px";
}
function hide() {
  if (pinned) return;
  card.hidden = true;
  shown = undefined;
}
function release() {
  pinned = undefined;
  hide();
}
const barAt = (event) => event.target.closest && event.target.closest("a.b");
document.addEventListener("pointerover", (event) => {
  if (pinned || event.pointerType === "touch" || card.contains(event.target)) return;
  const bar = barAt(event);
  if (bar) show(bar); else hide();
});
document.addEventListener("focusin", (event) => {
  const bar = barAt(event);
  if (!bar) { if (!card.contains(event.target)) release(); return; }
  pinned = undefined;
  for (const other of bar.closest("figure").querySelectorAll('a.b[tabindex="0"]')) other.setAttribute("tabindex", "-1");
  bar.setAttribute("tabindex", "0");
  show(bar);
});
document.addEventListener("click", (event) => {
  const bar = barAt(event);
  if (!bar) { if (!card.contains(event.target)) release(); return; }
  event.preventDefault();
  show(bar);
  pinned = bar;
});
document.addEventListener("scroll", (event) => {
  if (!card.contains(event.target)) release();
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return release();
  const bar = barAt(event);
  if (!bar) return;
  if (event.key === "Enter") {
    event.preventDefault();
    const row = rowOf(bar);
    row.closest("details").open = true;
    release();
    row.scrollIntoView({ block: "center" });
    row.focus();
    return;
  }
  const all = bars(bar.closest("figure"));
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const index = all.indexOf(bar);
  const next = event.key === "Home" ? all[0] : event.key === "End" ? all.at(-1) : all[index + (steps[event.key] || NaN)];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest", inline: "center" });
});
`;
