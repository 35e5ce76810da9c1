/** Every cell's settings and numbers, to sort and to filter. */
let sorting = { by: 0, down: false };
let filter = "";

/** The order as it stands in an address; nothing for that of the sweep. */
function sortWord() {
  return sorting.by || sorting.down ? `${sorting.by}${sorting.down ? " down" : ""}` : "";
}

function readSort(word) {
  const [, by, down] = /^(\d{1,3})( down)?$/.exec(word ?? "") ?? [];
  sorting = { by: Number(by ?? 0), down: Boolean(down) };
}

const table = {
  name: "Table",

  controls() {
    const find = (event) => { filter = event.target.value; remember(); refresh(); };
    return controls(make("label", {}, "filter", make("input", { type: "search", id: "filter", value: filter, oninput: find })));
  },

  fill(content) {
    const columns = tableColumns();
    const rows = tableRows(columns).map((cell) => tableRow(cell, columns));
    const head = make("thead", {}, make("tr", {}, ...columns.map(({ name }, at) => sorter(name, at))));
    content.append(make("div", { class: "scroll tall", tabindex: 0, role: "region", "aria-label": "All cells" },
      make("table", { class: "all" }, head, make("tbody", {}, ...rows))));
    about(cells[state.cell]);
  },
};

/** The name of a column, by which the table is sorted; a second press turns the order round. */
function sorter(name, at) {
  const sort = () => {
    sorting = { by: at, down: sorting.by === at && !sorting.down };
    remember();
    refresh();
    document.querySelectorAll(".all thead button")[at].focus();
  };
  return make("th", { scope: "col", "aria-sort": sortingOf(at) }, make("button", { type: "button", onclick: sort }, name));
}

function tableColumns() {
  const terms = [...new Set(cells.flatMap((cell) => Object.keys(cell.errors)))];
  return [
    { name: "cell", of: (cell) => cell.id, told: (cell) => cell.label },
    ...keys.map((key, at) => ({ name: key.name, of: (cell) => key.values.findIndex((each) => each.value === cell.values[key.key]),
      told: (cell) => key.values.find((each) => each.value === cell.values[key.key])?.label ?? "" })),
    ...terms.map((term) => ({ name: `${term} error`, of: (cell) => cell.errors[term], told: (cell) => cell.errors[term] === undefined ? "" : percent(cell.errors[term]) })),
    ...data.quantities.map(({ name, title, digits }) => ({ name: title, of: (cell) => cell.numbers[name] === null ? Infinity : cell.numbers[name], told: (cell) => name in cell.numbers ? cell.numbers[name]?.toFixed(digits) ?? "∞" : "" })),
    { name: "seconds", of: (cell) => cell.seconds },
  ];
}

function sortingOf(at) {
  return sorting.by !== at ? "none" : sorting.down ? "descending" : "ascending";
}

function tableRows(columns) {
  const words = filter.toLowerCase().split(/\s+/);
  const text = (cell) => columns.map((column) => (column.told ?? column.of)(cell)).join(" ").replaceAll("\u00a0", " ").toLowerCase();
  const { of } = columns[sorting.by] ?? columns[0];
  const order = (a, b) => a == null ? 1 : b == null ? -1 : a < b ? -1 : a > b ? 1 : 0;
  const found = cells.filter((cell) => words.every((word) => text(cell).includes(word))).sort((a, b) => order(of(a), of(b)));
  return sorting.down ? found.reverse() : found;
}

function tableRow(cell, columns) {
  const [first, ...others] = columns.map((column) => (column.told ?? column.of)(cell) ?? "");
  const open = make("button", { type: "button", "data-cell": cell.id, onclick: () => choose(cell, { view: "flip" }) }, first);
  return make("tr", {}, make("th", { scope: "row" }, open), ...others.map((value) => make("td", {}, String(value))));
}
