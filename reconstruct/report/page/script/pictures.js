/** Pictures, as the page has them: in itself, or in files below it. */
function picture(number, words) {
  return make("img", { src: data.sources[number], alt: words, loading: "lazy", decoding: "async" });
}

/** What is shown, with words below it. */
function captioned(shown, words) {
  return make("figure", {}, make("div", { class: "shown" }, shown), make("figcaption", {}, words));
}

/** What a cell shows: its picture, or why there is none. */
function pictureOf(cell) {
  if (cell.picture == null) return make("span", { class: "none" }, cell.problem || "no picture");
  return picture((state.step === "" ? null : cell.frames?.[state.step]) ?? cell.picture, `${cell.label}: ${cell.sentence}`);
}

/** A picture with lines below it; that of a cell is a button that opens the cell. */
function place(cell, shown, lines) {
  const parts = [make("span", { class: "shown" }, shown), ...lines.map((line) => make("span", { class: "caption" }, line))];
  if (!cell) return make("div", { class: "place" }, ...parts);
  return make("button", {
    type: "button", class: "place", "data-cell": cell.id, onfocus: () => look(cell), onclick: () => choose(cell, { view: "flip" }),
  }, ...parts);
}
