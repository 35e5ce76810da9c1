/** The views: each has a name, controls, and fills the place below them. */
const VIEWS = { grid, flip, compare, table, curves, ...(data.layers ? { layers } : {}) };

/** Shows the view of the state anew, with its controls. */
function show() {
  stopPlaying();
  for (const button of document.querySelectorAll("#views button")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
  }
  const main = document.getElementById("main");
  if (!cells.length) {
    main.replaceChildren(make("p", {}, "There is no cell yet."));
    return;
  }
  const followed = make("p", { id: "followed", class: "hint", role: "status" });
  main.replaceChildren(VIEWS[state.view].controls(), followed, make("div", { id: "content", onpointermove: follow }));
  refresh();
}

/** What was looked at comes into sight again, in the grid with the focus. */
function returnTo() {
  if (state.view === "layers" && state.opened) document.getElementById("opened").scrollIntoView();
  document.querySelector(`.grid [data-cell="${state.cell}"]`)?.focus();
}

/** Fills the place below the controls anew. */
function refresh() {
  clearInterval(blinking);
  const content = document.getElementById("content");
  content.replaceChildren();
  VIEWS[state.view].fill(content);
  document.querySelectorAll("input[data-key]").forEach(stand);
  enlarge(content);
}

function begin() {
  const introduction = document.getElementById("introduction");
  const open = (view) => () => {
    introduction.open = false; // it would hide what was opened
    set({ view });
  };
  const buttons = Object.entries(VIEWS).map(([view, { name }]) =>
    make("button", { type: "button", "data-view": view, onclick: open(view) }, name));
  document.getElementById("views").append(...buttons);
  document.getElementById("credits").append(...data.credits.map((credit) => make("p", {}, credit)));
  if (cells.length) Object.assign(state.fixed, beginning());
  untouched = structuredClone(state);
  const read = () => { readAddress(); settle(); };
  read();
  addEventListener("hashchange", () => { read(); show(); returnTo(); });
  introduction.open = !location.hash;
  show();
  if (location.hash) returnTo();
}

begin();
