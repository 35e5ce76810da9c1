/** The views: each has a name, controls, and fills the place below them. */
const VIEWS = { grid, flip, compare, table, curves, ...(data.layers ? { layers } : {}) };

/** Shows the view of the state, with its controls. */
function show() {
  stopPlaying();
  for (const button of document.querySelectorAll("#views button")) button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
  const main = document.getElementById("main"), followed = make("p", { id: "followed", class: "hint", role: "status" });
  main.replaceChildren(VIEWS[state.view].controls(), followed, make("div", { id: "content", onpointermove: follow, onpointerleave: () => remember() }));
  refresh();
}

/** Fills the place below the controls. */
function refresh() {
  const content = document.getElementById("content");
  content.replaceChildren();
  VIEWS[state.view].fill(content);
  look(cells[state.cell]);
  stand();
}

/** Marks a cell wherever it is shown, and in curves those that differ from it in one setting; and tells of it. */
function look(cell) {
  state.cell = cell.id;
  remember();
  for (const each of document.querySelectorAll("#content [data-cell]")) {
    each.setAttribute("aria-current", String(each.dataset.cell === cell.id));
    each.classList.toggle("near", apart(cells[each.dataset.cell], cell, keys).length === 1);
  }
  for (const list of document.querySelectorAll("#curve")) list.value = cell.id;
  about(cell);
}

/** Shows what the address says; what was looked at comes into sight, in the grid with the focus. */
function readAndShow() {
  readAddress();
  show();
  if (!location.hash) return;
  document.querySelector("#content details[open]")?.scrollIntoView();
  document.querySelector(`.grid [data-cell="${state.cell}"]`)?.focus();
}

function begin() {
  document.getElementById("credits").append(...data.credits.map((credit) => make("p", {}, credit)));
  if (!cells.length) {
    document.getElementById("main").append(make("p", {}, "There is no cell yet."));
    return;
  }
  const introduction = document.getElementById("introduction");
  const open = (view) => () => {
    introduction.open = false; // it would hide what was opened
    set({ view });
  };
  const buttons = Object.entries(VIEWS).map(([view, { name }]) => make("button", { type: "button", "data-view": view, onclick: open(view) }, name));
  document.getElementById("views").append(...buttons);
  introduction.open = !location.hash;
  addEventListener("hashchange", readAndShow);
  readAndShow();
}

begin();
