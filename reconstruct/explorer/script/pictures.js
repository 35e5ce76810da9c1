/** Pictures, as the page has them: in itself, or in files below it. */
function picture(number, words, attributes = {}) {
  return make("img", { src: data.sources[number], alt: words, loading: "lazy", decoding: "async", ...attributes });
}

/** What is shown, with words below it. */
function captioned(shown, words, attributes = {}) {
  return make("figure", attributes, make("div", { class: "shown" }, shown), make("figcaption", {}, words));
}

/** What a cell shows: its picture, or why there is none. */
function pictureOf(cell) {
  if (cell.picture == null) return make("span", { class: "none" }, cell.problem || "not there");
  const moment = state.step === "" ? undefined : cell.frames?.[state.step];
  return picture(moment ?? cell.picture, cell.sentence ?? cell.label);
}

/** The first original of a cell. */
function originalOf(cell) {
  const [term] = Object.keys(cell.originals);
  return term === undefined ? null : { term, number: cell.originals[term] };
}

/** The errors of a cell in a line. */
function errorsOf(cell) {
  return Object.entries(cell.errors).map(([term, error]) => `${term} error ${percent(error)}`).join(", ");
}

/** The quantities that are known of a picture: pairs of a name and a value. */
function quantitiesOf(numbers) {
  const known = data.quantities.filter(({ name }) => numbers[name] !== undefined);  // null is infinite
  return known.map(({ name, title, digits, unit }) => [title, [numbers[name]?.toFixed(digits) ?? "∞", unit].filter(Boolean).join("\u00a0")]);
}

/** The errors of a cell, and how near its pixels are to the original's. */
function captionOf(cell) {
  const near = quantitiesOf({ psnr: cell.numbers.psnr }).map(([title, value]) => `${title} ${value}`);
  return [errorsOf(cell), ...near].filter(Boolean).join(", ");
}

/** Shows the same place of all pictures, enlarged, pixels as pixels; the place is in parts of a picture. */
const loupe = { on: false, x: 0.5, y: 0.5, zoom: 4 };

function enlarge(root) {
  for (const image of root.querySelectorAll(".shown img")) {
    image.style.transform = loupe.on ? `scale(${loupe.zoom})` : "";
    image.style.transformOrigin = `${100 * loupe.x}% ${100 * loupe.y}%`;
    image.style.imageRendering = loupe.on ? "pixelated" : "";
  }
}

/** The loupe as it stands in an address; nothing if it is not used. */
function detailWord() {
  return loupe.on ? [loupe.zoom, loupe.x.toFixed(2), loupe.y.toFixed(2)].join() : "";
}

function readDetail(word) {
  const [zoom, x, y] = (word ?? "").split(",").map(Number);
  loupe.on = zoom >= 2 && zoom <= 12 && x >= 0 && x <= 1 && y >= 0 && y <= 1;
  if (loupe.on) Object.assign(loupe, { zoom, x, y });
}

/** The loupe follows the pointer over any picture. */
function follow(event) {
  const frame = event.target.closest?.(".shown");
  if (!loupe.on || !frame) return;
  const place = frame.getBoundingClientRect();
  loupe.x = (event.clientX - place.left) / place.width;
  loupe.y = (event.clientY - place.top) / place.height;
  enlarge(event.currentTarget);
  for (const name of ["x", "y"]) document.querySelector(`input[data-loupe=${name}]`).value = loupe[name];
  clearTimeout(resting);
  resting = setTimeout(remember, 300);
}

/** Waits until the pointer rests. */
let resting = null;

/** The controls of the loupe. */
function loupeControls() {
  const content = () => document.getElementById("content");
  const slider = (name, words, least, most, step) =>
    make("label", {}, words, make("input", {
      type: "range", min: least, max: most, step, value: loupe[name], "data-loupe": name,
      oninput: (event) => { loupe[name] = Number(event.target.value); enlarge(content()); remember(); },
    }));
  const box = make("input", { type: "checkbox", checked: loupe.on, id: "loupe" });
  box.addEventListener("change", () => { loupe.on = box.checked; enlarge(content()); remember(); });
  return make("fieldset", { class: "loupe" }, make("legend", {}, "Detail"),
    make("label", {}, box, "the same place in all pictures"),
    slider("zoom", "enlarged", 2, 12, 1), slider("x", "across", 0, 1, 0.01), slider("y", "down", 0, 1, 0.01));
}
