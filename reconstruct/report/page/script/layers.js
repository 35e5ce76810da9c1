/** What was measured: the paper's claims, and the error at each layer of what was made from each layer. */
const layers = {
  name: "Layers",

  controls() {
    return controls(make("span", {}, "Open a claim or a layer to see its pictures."));
  },

  fill(content) {
    const { claims, uncertainty, matrices } = data.layers;
    content.append(make("section", {}, make("h2", {}, "Claims"), make("p", { class: "hint" }, uncertainty), ...claims.map(opened)));
    content.append(...matrices.map(matrix));
  },
};

/** A table of errors, each on a ground that is the stronger the larger it is, and the pictures of its rows. */
function matrix({ title, hint, columns, rows }) {
  const heads = columns.map((layer) => make("th", { scope: "col", "aria-label": layer }, layer.replace("relu", "")));
  const lines = rows.map(({ layer, places }) => make("tr", {}, make("th", { scope: "row" }, layer),
    ...places.map(({ text, shade }, at) => {
      const found = make("td", { class: layer === columns[at] ? "own" : null }, text);
      found.style.background = `rgb(var(--heat) / ${shade}%)`;
      return found;
    })));
  return make("section", {}, make("h2", {}, title), make("p", { class: "hint" }, hint),
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": title }, make("table", { class: "matrix" },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "made from"), ...heads)), make("tbody", {}, ...lines))), ...rows.map(opened));
}

/** A line that opens its pictures, case by case, as they were when they were measured; the address says which is open. */
function opened({ opens, line, verdict, numbers, cases }) {
  const told = verdict ? make("p", {}, make("strong", {}, verdict), ` – ${numbers}`) : null;
  const ontoggle = ({ target }) => {
    state.opened = target.open ? opens : state.opened === opens ? "" : state.opened;
    remember();
  };
  return make("details", { name: "opened", "data-opens": opens, open: state.opened === opens, ontoggle }, make("summary", {}, line, told),
    make("div", { class: "cases" }, ...cases.map(({ title, shown }) =>
      make("div", {}, title ? make("h3", {}, title) : null, make("div", { class: "row" }, ...shown.map(measured))))));
}

/** A picture that was measured; of some there are only a name and numbers. */
function measured({ cell: number, picture: shown, lines }) {
  const cell = cells[number], name = cell?.label ?? lines[0];
  return place(cell, shown == null ? make("span", { class: "none" }, "picture not kept") : picture(shown, name), cell ? [name, ...lines] : lines);
}
