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
if (cells.length && there().length < 2) state.cell = fullest().id; // the first cell would be alone in the grid
const untouched = { ...state };

/** The state that an address asks for; what it does not say, or says wrongly, is as at first. */
function readAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  Object.assign(state, untouched);
  for (const [word, [, isPossible]] of Object.entries(WORDS)) if (words.has(word) && isPossible(words.get(word))) state[word] = words.get(word);
  if (state.rows === state.columns) state.rows = "";
}

/**
 * Changes the state, the address and what is shown; the controls stay while one of them is being moved. From another
 * view the browser's Back returns. `moved`: the names of sliders that had to move with another one.
 */
function set(changes, { controlsStay = false, moved = [] } = {}) {
  const turns = changes.view !== undefined && changes.view !== state.view;
  Object.assign(state, changes);
  remember(turns ? "pushState" : "replaceState"); // before a view remembers what it marks
  if (controlsStay) refresh();
  else show();
  const text = `This combination was not computed; ${moved.join(", ")} ${moved.length > 1 ? "were" : "was"} changed to match.`;
  document.getElementById("followed").textContent = moved.length ? text : "";
}

/** Writes the state into the address, without a new entry in the browser's history if nothing else is said. */
function remember(how = "replaceState") {
  try {
    history[how](null, "", `#${new URLSearchParams(state)}`);
  } catch {
    // Some browsers take only so many addresses in a while; the next one has it all.
  }
}

/** Looks at a cell: the sliders, which stand where it is, follow. */
function choose(cell, changes = {}) {
  set({ cell: cell.id, ...changes });
  if (changes.view) document.getElementById("main").focus({ preventScroll: true });
}

/** The cells that have all these values. */
function matching(wanted) {
  return cells.filter((cell) => Object.entries(wanted).every(([key, value]) => cell.values[key] === value));
}

/** The values that a cell has of some keys. */
function valuesIn({ values }, some) {
  return Object.fromEntries(some.map(({ key }) => [key, values[key]]));
}

/** The cells of the grid: those that differ from the chosen one in rows and columns only. */
function there() {
  return matching(valuesIn(cells[state.cell], unplaced()));
}

/** The keys in which two cells differ, by default among those that have sliders. */
function apart(one, other, some = state.view === "grid" ? unplaced() : keys) {
  return some.filter(({ key }) => one.values[key] !== other.values[key]);
}

/** Moves a slider: to the cell of this value that differs least from the chosen one, which other sliders may follow. */
function move(key, value) {
  const here = cells[state.cell], far = (cell) => [apart(cell, here).length, apart(cell, here, keys).length];
  const [cell] = matching({ [key]: value }).sort((a, b) => far(a)[0] - far(b)[0] || far(a)[1] - far(b)[1]);
  const moved = apart(cell, here).filter((each) => each.key !== key).map(({ name }) => name);
  set({ cell: cell.id }, { controlsStay: true, moved });
}

/** A cell at which the grid shows most of a key's values, and most cells. */
function fullest(key = "") {
  const spans = (table) => new Set(table.map((cell) => cell.values[key])).size;
  const tables = cells.map((cell) => matching(valuesIn(cell, unplaced())));
  const [[cell]] = tables.sort((a, b) => spans(b) - spans(a) || b.length - a.length);
  return cell;
}
