/**
 * What the reader looks at. It stands in the address, behind #, so that a view can be sent and found again:
 * view, rows, columns, cell, other, mode, curve, opened, and a value for every key that has no place.
 */
const data = JSON.parse(document.getElementById("data").textContent);
const cells = data.cells.map((cell, id) => ({ ...cell, id }));
const keys = data.keys;

const state = { view: "grid", rows: "", columns: "", cell: 0, other: "original", mode: "wipe", step: "", curve: "", opened: "", fixed: {}, ...placed() };

/** Where keys stand at first: in rows and columns as in the sweep's figure. */
function placed() {
  return { ...data.places, fixed: Object.fromEntries(keys.map((key) => [key.key, key.values[0].value])) };
}

/** The state as it stands in an address. */
function address() {
  const known = { view: state.view, rows: state.rows, columns: state.columns, cell: state.cell, other: state.other };
  const words = new URLSearchParams({ ...known, mode: state.mode, step: state.step, curve: state.curve, opened: state.opened });
  for (const [key, value] of Object.entries(state.fixed)) words.set(`=${key}`, value);
  return `#${words}`;
}

/** Takes over what an address says and what there is; the rest stays as it is. */
function readAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  const names = new Set(["", ...keys.map((key) => key.key)]);
  const views = Object.keys(VIEWS);
  if (views.includes(words.get("view"))) state.view = words.get("view");
  for (const place of ["rows", "columns"]) if (names.has(words.get(place))) state[place] = words.get(place);
  if (state.rows && state.rows === state.columns) state.rows = "";
  if (cells[words.get("cell")]) state.cell = Number(words.get("cell"));
  if (words.get("other") in ORIGINALS || cells[words.get("other")]) state.other = words.get("other");
  if (MODES.includes(words.get("mode"))) state.mode = words.get("mode");
  if (words.get("step") === "" || data.steps[words.get("step")] !== undefined) state.step = words.get("step");
  for (const name of ["curve", "opened"]) state[name] = words.get(name) ?? state[name];
  for (const key of keys) {
    const value = words.get(`=${key.key}`);
    if (key.values.some((each) => each.value === value)) state.fixed[key.key] = value;
  }
}

/**
 * Changes the state, the address and what is shown; the controls stay while one of them is being moved. From another
 * view the browser's Back returns.
 */
function set(changes, { controlsStay = false } = {}) {
  const turns = changes.view !== undefined && changes.view !== state.view;
  Object.assign(state, changes);
  if (turns) history.pushState(null, "", address());
  else remember();
  if (controlsStay) refresh();
  else show();
}

/** Writes the state into the address, without a new entry in the browser's history. */
function remember() {
  history.replaceState(null, "", address());
}

/** The cells whose values are those of `wanted` for all its keys. */
function matching(wanted) {
  return cells.filter((cell) => Object.entries(wanted).every(([key, value]) => cell.values[key] === value));
}

/** The cell at the values of the sliders; the chosen one if it is there, else the first. */
function chosen() {
  const there = matching(state.fixed);
  return there.find((cell) => cell.id === state.cell) ?? there[0] ?? cells[state.cell];
}

/** Looks at a cell: the sliders follow. */
function choose(cell, changes = {}) {
  const fixed = { ...state.fixed };
  for (const key of keys) if (cell.values[key.key] !== undefined) fixed[key.key] = cell.values[key.key];
  set({ cell: cell.id, fixed, ...changes });
}
