/** A table of all cells: two keys have rows and columns, the others a slider each; arrow keys walk. */
const grid = {
  name: "Grid",

  controls() {
    return controls(placeList("rows"), placeList("columns"), ...unplaced().map(keySlider), stepSlider(), detail());
  },

  fill(content) {
    const rows = shownValues(state.rows), columns = shownValues(state.columns);
    const names = columns.map((value) => make("th", { scope: "col" }, value?.label ?? ""));
    const table = make("table", { class: "grid", onkeydown: walk }, make("thead", {}, make("tr", {}, make("td"), ...names)),
      make("tbody", {}, ...rows.map((row) => line(row, columns))));
    const frame = make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Pictures" }, table);
    content.append(make("p", { class: "hint" }, "Click a picture to enlarge it in the flip book; the browser's Back button returns."), frame, originals());
  },
};

/** What the pictures were made from. */
function originals() {
  const shown = data.originals.map((each) => captioned(picture(each.picture, `original: ${each.title}`), each.title));
  return shown.length ? make("section", { class: "originals" }, make("h2", {}, "Originals"), make("div", { class: "row" }, ...shown)) : "";
}

/** The keys that have neither rows nor columns. */
function unplaced() {
  return keys.filter(({ key }) => key !== state.rows && key !== state.columns);
}

/** The values of a key that cells have where the sliders are; a single nothing where no key or no value was chosen. */
function shownValues(name) {
  const found = new Set(there().map((cell) => cell.values[name]));
  const shown = keys.find(({ key }) => key === name)?.values.filter(({ value }) => found.has(value)) ?? [null];
  return shown.length === 1 && shown[0]?.value === "" ? [null] : shown;
}

function line(row, columns) {
  const places = columns.map((column) => {
    const wanted = valuesIn(cells[state.cell], unplaced());
    if (row) wanted[state.rows] = row.value;
    if (column) wanted[state.columns] = column.value;
    return make("td", {}, ...matching(wanted).map((cell) => place(cell, pictureOf(cell), [cell.caption])));
  });
  return make("tr", {}, make("th", { scope: "row" }, row?.label ?? ""), ...places);
}

/** Arrow keys go from picture to picture. */
function walk(event) {
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  const here = event.target.closest("td");
  if (!steps[event.key] || !here) return;
  const [down, across] = steps[event.key];
  const row = here.parentElement.parentElement.rows[here.parentElement.sectionRowIndex + down];
  const next = row?.cells[here.cellIndex + across]?.querySelector("button");
  if (next) { event.preventDefault(); next.focus(); }
}
