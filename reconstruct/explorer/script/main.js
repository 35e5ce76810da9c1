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
  main.replaceChildren(VIEWS[state.view].controls(), make("div", { id: "content", onpointermove: follow }));
  refresh();
}

/** Fills the place below the controls anew. */
function refresh() {
  clearInterval(blinking);
  const content = document.getElementById("content");
  content.replaceChildren();
  VIEWS[state.view].fill(content);
  enlarge(content);
}

function begin() {
  const open = (view) => () => set({ view });
  const buttons = Object.entries(VIEWS).map(([view, { name }]) =>
    make("button", { type: "button", "data-view": view, onclick: open(view) }, name));
  document.getElementById("views").append(...buttons);
  document.getElementById("credits").append(...data.credits.map((credit) => make("p", {}, credit)));
  readAddress();
  addEventListener("hashchange", () => { readAddress(); show(); });
  document.getElementById("introduction").open = !location.hash;
  show();
}

begin();
