/**
 * What the reader looks at. It stands in the address, behind #, so that a view can be sent and found again: view,
 * rows, columns, cell, other, mode, wipe, curve, opened, detail, sort, filter, and a value for every key.
 */
const data = JSON.parse(document.getElementById("data").textContent);
const cells = data.cells.map((cell, id) => ({ ...cell, id }));
const keys = data.keys;

const state = { view: "grid", rows: "", columns: "", cell: 0, other: "original", mode: "wipe", wipe: "50", step: "", curve: "", opened: "", fixed: {}, ...placed() };

/** Where keys stand at first: in rows and columns as in the sweep's figure. */
function placed() {
  return { ...data.places, fixed: Object.fromEntries(keys.map((key) => [key.key, key.values[0].value])) };
}

/** The state as it stands in an address. */
function address() {
  const known = { view: state.view, rows: state.rows, columns: state.columns, cell: state.cell, other: state.other };
  const others = { mode: state.mode, wipe: state.wipe, step: state.step, curve: state.curve, opened: state.opened };
  const words = new URLSearchParams({ ...known, ...others, detail: detailWord(), sort: sortWord(), filter });
  for (const word of ["opened", "curve", "detail", "sort", "filter"]) if (!words.get(word)) words.delete(word);
  for (const [key, value] of Object.entries(state.fixed)) words.set(`=${key}`, value);
  return `#${words}`;
}

/** The state of a page that nobody has touched yet. */
let untouched = null;

/** Takes over what an address says and what there is; the rest stays as it is, or is as at first if it says nothing. */
function readAddress() {
  if (!location.hash && untouched) Object.assign(state, structuredClone(untouched));
  const words = new URLSearchParams(location.hash.slice(1));
  const names = new Set(["", ...keys.map((key) => key.key)]);
  const views = Object.keys(VIEWS);
  if (views.includes(words.get("view"))) state.view = words.get("view");
  for (const place of ["rows", "columns"]) if (names.has(words.get(place))) state[place] = words.get(place);
  if (state.rows && state.rows === state.columns) state.rows = "";
  if (words.get("other") in ORIGINALS || cells[words.get("other")]) state.other = words.get("other");
  if (MODES.includes(words.get("mode"))) state.mode = words.get("mode");
  if (words.get("step") === "" || data.steps[words.get("step")] !== undefined) state.step = words.get("step");
  if (/^\d{1,3}$/.test(words.get("wipe"))) state.wipe = String(Math.min(100, Number(words.get("wipe"))));
  for (const name of ["curve", "opened"]) state[name] = words.get(name) ?? "";
  readDetail(words.get("detail"));
  readSort(words.get("sort"));
  filter = words.get("filter") ?? "";
  for (const key of keys) {
    const value = words.get(`=${key.key}`);
    if (key.values.some((each) => each.value === value)) state.fixed[key.key] = value;
  }
  if (cells[words.get("cell")]) take(cells[words.get("cell")]);
}

/**
 * Changes the state, the address and what is shown; the controls stay while one of them is being moved. From another
 * view the browser's Back returns.
 */
function set(changes, { controlsStay = false } = {}) {
  const turns = changes.view !== undefined && changes.view !== state.view;
  Object.assign(state, changes);
  settle();
  remember(turns ? "pushState" : "replaceState"); // before a view remembers what it marks
  if (controlsStay) refresh();
  else show();
}

/** Writes the state into the address, without a new entry in the browser's history if nothing else is said. */
function remember(how = "replaceState") {
  try {
    history[how](null, "", address());
  } catch {
    // Some browsers take only so many addresses in a while; the next one has it all.
  }
}

/** Takes a cell as the chosen one: the sliders stand where it is. */
function take(cell) {
  state.cell = cell.id;
  Object.assign(state.fixed, valuesIn(cell, keys));
}

/** The cells whose values are those of `wanted` for all its keys. */
function matching(wanted) {
  return cells.filter((cell) => Object.entries(wanted).every(([key, value]) => cell.values[key] === value));
}

/** The keys whose sliders say which cells are shown: in the grid those without a place, else all. */
function ruling() {
  return state.view === "grid" ? unplaced() : keys;
}

/** The values that a cell has of some keys. */
function valuesIn(cell, some) {
  return Object.fromEntries(some.map(({ key }) => [key, cell.values[key]]));
}

/** The cells where the sliders are. */
function there() {
  return matching(Object.fromEntries(ruling().map(({ key }) => [key, state.fixed[key]])));
}

/** Of some cells the one that differs from what is wanted in the fewest keys; the chosen one and pictures come first. */
function nearest(some, wanted) {
  const agreeing = (cell) => ruling().filter(({ key }) => cell.values[key] === wanted[key]).length;
  const candidates = [...some.filter((cell) => cell.id === state.cell), ...some.filter((cell) => cell.picture != null), ...some];
  return candidates.reduce((best, cell) => (agreeing(cell) > agreeing(best) ? cell : best));
}

/** Moves a slider. Where no cell has all these values, the other sliders go to the nearest one that has this value. */
function move(key, value) {
  const wanted = { ...state.fixed, [key]: value };
  const having = cells.filter((cell) => cell.values[key] === value);
  const found = having.length ? valuesIn(nearest(having, wanted), ruling()) : {};
  set({ fixed: { ...wanted, ...found } }, { controlsStay: true });
  tellFollowed(wanted);
}

/** Says which sliders are not where they were wanted. */
function tellFollowed(wanted) {
  const followed = ruling().filter(({ key }) => state.fixed[key] !== wanted[key]).map(({ name }) => name);
  const told = followed.length ? `Not every combination was made: ${followed.join(", ")} moved, too.` : "";
  document.getElementById("followed").textContent = told;
}

/** Where there is no cell where the sliders are, they go to the nearest; the chosen cell is one that is there. */
function settle() {
  if (!cells.length) return;
  if (!there().length) Object.assign(state.fixed, valuesIn(nearest(cells, state.fixed), ruling()));
  const found = there();
  if (!found.some(({ id }) => id === state.cell)) state.cell = (found.find((cell) => cell.picture != null) ?? found[0]).id;
}

/** The values of keys without a place at which the grid shows most of a key's values, and most cells. */
function fullest(key = "") {
  const tables = new Map();
  for (const cell of cells) {
    const name = JSON.stringify(valuesIn(cell, unplaced()));
    tables.set(name, [...(tables.get(name) ?? []), cell]);
  }
  const spans = (table) => new Set(table.map((cell) => cell.values[key])).size;
  const [best] = [...tables.values()].sort((a, b) => spans(b) - spans(a) || b.length - a.length);
  return valuesIn(best[0], unplaced());
}

/** Where the sliders stand at first: at the first cell, or where the grid is fullest if it would be alone. */
function beginning() {
  const first = valuesIn(cells[0], unplaced());
  return matching(first).length > 1 ? first : fullest();
}

/** Looks at a cell: the sliders follow. */
function choose(cell, changes = {}) {
  take(cell);
  set(changes);
  if (changes.view) document.getElementById("main").focus({ preventScroll: true });
}
