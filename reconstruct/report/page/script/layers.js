/** What was measured: the error at each layer of what was made from each layer, and the paper's claims. */
const layers = {
  name: "Layers",

  controls() {
    return controls(make("span", {}, "Choose a layer or a claim to see its pictures."));
  },

  fill(content) {
    content.append(claims(), make("section", { id: "opened", "aria-label": "Its pictures", tabindex: -1 }), ...data.layers.matrices.map(matrix));
    showOpened();
    document.getElementById("about").replaceChildren(); // until a picture is looked at
  },
};

function claims() {
  const items = data.layers.claims.map(({ opens, claim, verdict, numbers }) => make("li", {}, opener(opens, claim),
    make("p", {}, make("strong", {}, verdict), ` – ${numbers}`)));
  return make("section", {}, make("h2", {}, "Claims"), make("p", { class: "hint" }, data.layers.uncertainty), make("ul", { class: "claims" }, ...items));
}

/** A table of errors, each on a ground that is the stronger the larger it is; a click opens the pictures of a row. */
function matrix({ title, hint, columns, rows }) {
  const heads = columns.map((layer) => make("th", { scope: "col", "aria-label": layer }, layer.replace("relu", "")));
  const lines = rows.map(({ opens, layer, places }) => make("tr", {}, make("th", { scope: "row" }, opener(opens, layer)),
    ...places.map(({ text, shade }, at) => {
      const found = make("td", { class: layer === columns[at] ? "own" : null, onclick: () => openPictures(opens) }, text);
      found.style.background = `rgb(var(--heat) / ${shade}%)`;
      return found;
    })));
  return make("section", {}, make("h2", {}, title), make("p", { class: "hint" }, hint),
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": title }, make("table", { class: "matrix" },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "made from"), ...heads)), make("tbody", {}, ...lines))));
}

/** A button that opens pictures below; a second press closes them. */
function opener(name, words) {
  return make("button", { type: "button", "data-opens": name, onclick: () => openPictures(name) }, words);
}

function openPictures(name) {
  state.opened = state.opened === name ? "" : name;
  remember();
  showOpened();
  if (!state.opened) return;
  document.getElementById("opened").scrollIntoView();
  document.getElementById("opened").focus({ preventScroll: true });
}

/** The pictures of what is opened, case by case, as they were when they were measured. */
function showOpened() {
  for (const button of document.querySelectorAll("[data-opens]")) button.setAttribute("aria-pressed", String(button.dataset.opens === state.opened));
  const found = new Map(Object.entries(data.layers.opened)).get(state.opened), place = document.getElementById("opened");
  place.replaceChildren();
  if (!found) return;
  place.append(make("h2", {}, found.title), make("div", { class: "cases" }, ...found.cases.map(({ title, shown }) =>
    make("div", {}, title ? make("h3", {}, title) : null, make("div", { class: "row" }, ...shown.map(measured))))));
}

/** A picture that was measured; of some there are only a name and numbers. */
function measured({ cell: number, picture: shown, lines }) {
  const cell = cells[number], name = cell?.label ?? lines[0];
  return place(cell, shown == null ? make("span", { class: "none" }, "not kept") : picture(shown, name), cell ? [name, ...lines] : lines);
}
