/** Two pictures on one another; the style sheet cuts, hides or subtracts the upper one. */
const MODES = {
  wipe: (one, other) => `Left of the slider ${one}, right of it ${other}.`,
  blink: (one, other) => `${one} and ${other} in turn.`,
  difference: (one, other) => `The difference of ${one} and ${other}: black where they are the same.`,
};

/** What a picture is compared with besides other pictures. */
const ORIGINALS = { original: "the original", style: "its style's original" };

const compare = {
  name: "Compare",

  controls() {
    const there = ({ id }) => [id, cells[id].label];
    const shown = cells.filter((cell) => cell.picture != null || cell.id === state.cell).map(there);
    const others = cells.filter((cell) => cell.picture != null || cell.id === state.other).map(there);
    const known = Object.entries(ORIGINALS).slice(0, cells.some(({ originals }) => Object.keys(originals).length > 1) ? 2 : 1);
    return controls(
      list("compare-cell", "picture", shown, state.cell, (id) => choose(cells[id])),
      list("compare-other", "against", [...known, ...others], state.other, (other) => set({ other })),
      list("mode", "by", Object.keys(MODES).map((mode) => [mode, mode]), state.mode, (mode) => set({ mode }, { controlsStay: true })), detail());
  },

  fill(content) {
    const one = cells[state.cell], name = ORIGINALS[state.other] ?? cells[state.other].label;
    const originals = { original: Object.values(one.originals)[0], style: one.originals.style };
    const other = state.other in ORIGINALS ? originals[state.other] : cells[state.other].picture;
    const above = other == null ? make("span", { class: "none" }, "no picture") : picture(other, name);
    const gain = state.mode === "difference" ? adjuster("brightness ×", "gain", 1, 16) : "";
    content.append(gain, make("div", { class: `stage ${state.mode}` },
      make("div", { class: "shown" }, pictureOf(one)), make("div", { class: "shown top", id: "top" }, above),
      state.mode === "wipe" ? make("div", { class: "shown edge" }, adjuster("wipe", "wipe", 0, 100)) : null));
    content.append(make("p", {}, MODES[state.mode](one.label, name)));
  },
};
