/** What was measured: the error at each layer of what was made from each layer, and the paper's claims. */
const layers = {
  name: "Layers",

  controls() {
    return controls(make("span", {}, "Choose a layer or a claim to see its pictures."));
  },

  fill(content) {
    const opened = make("section", { id: "opened", "aria-label": "Its pictures", tabindex: -1 });
    content.append(claimsOf(), opened, ...data.layers.matrices.map(matrixOf));
    showOpened(opened);
    document.getElementById("about").replaceChildren(); // until a picture is looked at
  },
};

/** Everything that can be opened: what its pictures are, and in which cases they come. */
function openable() {
  const rows = data.layers.matrices.flatMap(({ term, rows }) => rows.map((row) => [`${term} ${row.layer}`,
    { title: `Made from the ${term} of ${row.layer}`, cases: [{ shown: row.cells.map((cell) => ({ cell, numbers: cells[cell].numbers })) }] }]));
  const claims = data.layers.claims.map((claim, at) => [`claim ${at + 1}`, { title: claim.claim, cases: claim.cases, about: claim.about }]);
  return new Map([...rows, ...claims]);
}

/** A button that opens pictures below; once more closes them. */
function opener(name, words) {
  const pressed = state.opened === name;
  return make("button", { type: "button", "data-opens": name, "aria-pressed": String(pressed), onclick: () => openPictures(name) }, words);
}

function openPictures(name) {
  state.opened = state.opened === name ? "" : name;
  remember();
  for (const button of document.querySelectorAll("[data-opens]")) button.setAttribute("aria-pressed", String(button.dataset.opens === state.opened));
  const place = document.getElementById("opened");
  showOpened(place);
  if (state.opened) {
    place.scrollIntoView();
    place.focus({ preventScroll: true });
  }
}

function matrixOf({ term, layers: measured, rows, mean }) {
  const known = rows.flatMap((row) => row.errors.filter((error) => error > 0)).map(Math.log10);
  const scale = { least: Math.min(...known), most: Math.max(...known) };
  const short = (layer) => make("th", { scope: "col", "aria-label": layer }, layer.replace("relu", ""));
  const head = make("tr", {}, make("th", { scope: "col" }, "made from"), ...measured.map(short));
  const lines = rows.map((row) => make("tr", {}, make("th", { scope: "row" }, opener(`${term} ${row.layer}`, row.layer)),
    ...row.errors.map((error, at) => matrixPlace(error, row.layer === measured[at], scale, `${term} ${row.layer}`))));
  const words = `Relative error of the ${term} in %, measured at each layer`;
  return make("section", {}, make("h2", {}, words), make("p", { class: "hint" }, `Rows: the layer that a picture was made from. Columns: the layer relu… that was measured; `
    + `the frame is where they are the same. The darker, the larger. Geometric means over ${mean}.`), make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": words },
    make("table", { class: "matrix" }, make("thead", {}, head), make("tbody", {}, ...lines))));
}

/** An error, on a ground that is the stronger the larger it is; a click on it opens its row. */
function matrixPlace(error, own, { least, most }, row) {
  const place = make("td", { class: own ? "own" : null, onclick: () => openPictures(row) }, error == null ? "" : percent(error).replace("\u00a0%", ""));
  const share = error > 0 && most > least ? (Math.log10(error) - least) / (most - least) : 0;
  place.style.background = `rgb(var(--heat) / ${Math.round(35 * share)}%)`;
  return place;
}

function claimsOf() {
  const items = data.layers.claims.map((claim, at) => make("li", {}, opener(`claim ${at + 1}`, claim.claim),
    make("p", {}, make("strong", {}, `${claim.verdict} (${claim.count})`), `: ${claim.numbers}`)));
  return make("section", {}, make("h2", {}, "Claims"), make("p", { class: "hint" }, data.layers.uncertainty), make("ul", { class: "claims" }, ...items));
}

/** The pictures of what is opened, case by case, those in which a claim fails first, as they were when they were looked at. */
function showOpened(place) {
  const found = openable().get(state.opened);
  place.replaceChildren();
  if (!found) return;
  const ordered = [...found.cases].sort((a, b) => (a.holds === false ? 0 : 1) - (b.holds === false ? 0 : 1));
  const shown = ordered.map((each) => make("div", { class: "case" },
    each.holds === undefined ? null : make("h3", {}, verdictOf(each)),
    make("div", { class: "row" }, ...each.shown.map((one) => looked(one, found.about)), ...originalsOf(each.shown))));
  place.append(make("h2", {}, found.title), make("div", { class: "cases" }, ...shown));
}

/** Whether it holds, or was found what the case is about. */
function verdictOf({ holds, of }) {
  if (of) return `${holds ? "Found" : "Not found"}: ${of}`;
  return holds ? "It holds" : "It does not hold";
}

/** The first original of each picture of a case, once. */
function originalsOf(shown) {
  const found = shown.filter(({ cell }) => cell !== undefined).map(({ cell }) => originalOf(cells[cell])?.number);
  return [...new Set(found)].filter((number) => number != null)
    .map((number) => captioned(picture(number, "its original"), "the original", { class: "place" }));
}

/** A picture that was looked at, with its name and the numbers that count; of some there are only these. */
function looked({ cell, level, picture: number, name, numbers }, about = ["psnr", "ssim"]) {
  const counting = Object.fromEntries(about.map((each) => [each, numbers[each]]));
  const told = quantitiesOf(counting).map(([title, value]) => make("span", { class: "caption" }, `${title} ${value}`));
  if (cell === undefined) {
    const seen = number == null ? [make("span", { class: "none" }, name)] : [make("span", { class: "shown" }, picture(number, name)), make("span", { class: "caption" }, name)];
    return make("div", { class: "place" }, ...seen, ...told);
  }
  const button = place(cells[cell]);
  if (number != null) button.querySelector(".shown").replaceChildren(picture(number, cells[cell].sentence));
  button.querySelector(".caption").textContent = level == null ? errorsOf(cells[cell]) : `when its error was ${percent(level)}; a click opens the finished picture`;
  button.append(make("span", { class: "caption" }, cells[cell].label), ...told);
  button.removeAttribute("aria-label"); // which tells of the finished picture
  return button;
}
