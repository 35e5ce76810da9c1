/** Every cell's settings and numbers, to sort and to filter. */
const table = {
  name: "Table",

  controls() {
    const find = (event) => { state.filter = event.target.value; remember(); refresh(); };
    return controls(make("label", {}, "filter", make("input", { type: "search", id: "filter", value: state.filter, oninput: find })));
  },

  fill(content) {
    const head = ["cell", ...keys.map(({ name }) => name), ...data.facts].map(sorter);
    content.append(make("div", { class: "scroll tall", tabindex: 0, role: "region", "aria-label": "All cells" },
      make("table", { class: "all" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...tableRows().map(tableRow)))));
  },
};

/** The name of a column, by which the table is sorted; a second press turns the order round. */
function sorter(name, at) {
  const [by, down] = state.sort.split(" ");
  const sort = () => {
    state.sort = state.sort === String(at) ? `${at} down` : String(at);
    remember();
    refresh();
    document.querySelectorAll(".all thead button")[at].focus();
  };
  return make("th", { scope: "col", "aria-sort": by !== String(at) ? "none" : down ? "descending" : "ascending" },
    make("button", { type: "button", onclick: sort }, name));
}

/** A cell with its fields: pairs of a text and a number by which it is sorted, null for infinity. */
function fieldsOf(cell) {
  const settings = keys.map(({ key, values }) => values.findIndex(({ value }) => value === cell.values[key]));
  const told = settings.map((found, at) => [keys[at].values[found]?.label ?? "", found]);
  return { cell, fields: [[cell.label, Number(cell.id)], ...told, ...data.facts.map((name) => cell.facts[name] ?? [""])] };
}

function tableRows() {
  const words = state.filter.toLowerCase().split(/\s+/), [by, down] = state.sort.split(" ");
  const text = ({ fields }) => fields.map(([text]) => text).join(" ").replaceAll("\u00a0", " ").toLowerCase();
  const number = ({ fields }) => { const [, found] = fields[by] ?? fields[0]; return found === null ? Infinity : found; };
  const order = (a, b) => a === undefined ? 1 : b === undefined ? -1 : a < b ? -1 : a > b ? 1 : 0;
  const found = cells.map(fieldsOf).filter((row) => words.every((word) => text(row).includes(word)));
  found.sort((a, b) => order(number(a), number(b)));
  return down ? found.reverse() : found;
}

function tableRow({ cell, fields: [[label], ...others] }) {
  const open = make("button", { type: "button", "data-cell": cell.id, onclick: () => choose(cell, { view: "flip" }) }, label);
  return make("tr", {}, make("th", { scope: "row" }, open), ...others.map(([text]) => make("td", {}, text)));
}
