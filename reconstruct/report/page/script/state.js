/** What the reader looks at. It stands in the address, behind #, so that a view can be sent and found again. */
const data = JSON.parse(document.getElementById("data").textContent);
const cells = data.cells.map((cell, at) => ({ ...cell, id: String(at) }));
const { keys } = data;

const isKey = (word) => word === "" || keys.some(({ key }) => key === word);
const isCell = (word) => /^\d+$/.test(word) && Number(word) < cells.length;
const isWithin = (least, most) => (word) => word !== "" && Number(word) >= least && Number(word) <= most;

/** Every word of an address: what it is at first, and whether it may be something else. */
const WORDS = {
  view: ["grid", (word) => Object.hasOwn(VIEWS, word)],
  rows: [data.places.rows, isKey],
  columns: [data.places.columns, isKey],
  cell: ["0", isCell],
  other: ["original", (word) => Object.hasOwn(ORIGINALS, word) || isCell(word)],
  mode: ["wipe", (word) => Object.hasOwn(MODES, word)],
  wipe: ["50", isWithin(0, 100)],
  gain: ["4", isWithin(1, 16)],
  zoom: ["1", isWithin(1, 12)],
  x: ["0.5", isWithin(0, 1)],
  y: ["0.5", isWithin(0, 1)],
  step: ["", (word) => word === "" || isWithin(0, data.steps.length - 1)(word)],
  curve: ["loss", () => true],
  opened: ["", () => true],
  sort: ["0", (word) => /^\d{1,3}( down)?$/.test(word)],
  filter: ["", () => true],
};

const state = Object.fromEntries(Object.entries(WORDS).map(([word, [first]]) => [word, first]));
state.fixed = Object.fromEntries(keys.map(({ key, values }) => [key, values[0].value]));
if (cells.length) Object.assign(state.fixed, beginning());
const untouched = structuredClone(state);

function address() {
  const { fixed, ...words } = state;
  return `#${new URLSearchParams([...Object.entries(words), ...Object.entries(fixed).map(([key, value]) => [`=${key}`, value])])}`;
}

/** The state that an address asks for; what it does not say, or says wrongly, is as at first. */
function readAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  Object.assign(state, structuredClone(untouched));
  for (const [word, [, isPossible]] of Object.entries(WORDS)) if (words.has(word) && isPossible(words.get(word))) state[word] = words.get(word);
  if (state.rows === state.columns) state.rows = "";
  for (const { key, values } of keys) if (values.some(({ value }) => value === words.get(`=${key}`))) state.fixed[key] = words.get(`=${key}`);
  if (isCell(words.get("cell") ?? "")) take(cells[state.cell]);
  settle();
}

/**
 * Changes the state, the address and what is shown; the controls stay while one of them is being moved. From another
 * view the browser's Back returns.
 *
 * `wanted` is where the sliders should be, if the reader is to know which of them are elsewhere.
 */
function set(changes, { controlsStay = false, wanted = null, preferred = cells } = {}) {
  const turns = changes.view !== undefined && changes.view !== state.view;
  Object.assign(state, changes);
  settle(preferred);
  remember(turns ? "pushState" : "replaceState"); // before a view remembers what it marks
  if (controlsStay) refresh();
  else show();
  const moved = wanted ? ruling().filter(({ key }) => state.fixed[key] !== wanted[key]).map(({ name }) => name) : [];
  const text = `This combination was not computed; ${moved.join(", ")} ${moved.length > 1 ? "were" : "was"} changed to match.`;
  document.getElementById("followed").textContent = moved.length ? text : "";
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

/** Looks at a cell: the sliders follow. */
function choose(cell, changes = {}) {
  take(cell);
  set(changes);
  if (changes.view) document.getElementById("main").focus({ preventScroll: true });
}

/** The cells that have all these values. */
function matching(wanted) {
  return cells.filter((cell) => Object.entries(wanted).every(([key, value]) => cell.values[key] === value));
}

/** The keys whose sliders say which cells are shown: in the grid those without a place, else all. */
function ruling() {
  return state.view === "grid" ? unplaced() : keys;
}

/** The values that a cell has of some keys. */
function valuesIn({ values }, some) {
  return Object.fromEntries(some.map(({ key }) => [key, values[key]]));
}

/** The cells where the sliders are. */
function there() {
  return matching(valuesIn({ values: state.fixed }, ruling()));
}

/** Moves a slider. Where no cell has all these values, the other sliders go to the nearest one that has this value. */
function move(key, value) {
  const wanted = { ...state.fixed, [key]: value };
  set({ fixed: { ...wanted } }, { controlsStay: true, wanted, preferred: matching({ [key]: value }) });
}

/** Where there is no cell where the sliders are, they go to the nearest; the chosen cell is one that is there. */
function settle(preferred = cells) {
  if (!cells.length) return;
  const agreeing = (cell) => ruling().filter(({ key }) => cell.values[key] === state.fixed[key]).length;
  const first = (some) => some.find(({ id }) => id === state.cell) ?? some.find((cell) => cell.picture != null) ?? some[0];
  if (!there().length) {
    const most = Math.max(...preferred.map(agreeing));
    Object.assign(state.fixed, valuesIn(first(preferred.filter((cell) => agreeing(cell) === most)), ruling()));
  }
  state.cell = first(there()).id;
}

/** The values of keys without a place at which the grid shows most of a key's values, and most cells. */
function fullest(key = "") {
  const spans = (table) => new Set(table.map((cell) => cell.values[key])).size;
  const tables = cells.map((cell) => matching(valuesIn(cell, unplaced())));
  const [best] = tables.sort((a, b) => spans(b) - spans(a) || b.length - a.length);
  return valuesIn(best[0], unplaced());
}

/** Where the sliders stand at first: at the first cell, or where the grid is fullest if it would be alone. */
function beginning() {
  const first = valuesIn(cells[0], unplaced());
  return matching(first).length > 1 ? first : fullest();
}
