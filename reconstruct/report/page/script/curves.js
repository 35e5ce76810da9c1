/** The loss of every cell over its steps, or the error of a layer, on logarithmic scales; one is marked and told of. */
const NAMED_AT_MOST = 16; // curves, each at its end
const LINE = 15; // between two names

const curves = {
  name: "Curves",

  controls() {
    const kinds = Object.entries(data.curves);
    const drawn = cells.filter((cell) => pointsOf(cell).length > 1).map(({ id, label }) => [id, label]);
    return controls(list("kind", "shown", kinds, curveKind(), (curve) => set({ curve })),
      list("curve", "marked", drawn, state.cell, (id) => look(cells[id])));
  },

  fill(content) {
    const drawn = cells.filter((cell) => pointsOf(cell).length > 1);
    if (!drawn.length) {
      content.append(make("p", {}, "No cell has a curve."));
      return;
    }
    if (!drawn.some(({ id }) => id === state.cell)) state.cell = drawn[0].id;
    const name = `${data.curves[curveKind()]}, over steps`;
    const hint = "Thick: the marked cell. Blue: those that differ from it in one setting. Pointing at a curve marks it.";
    content.append(make("h2", {}, name), make("p", { class: "hint" }, hint), chart(drawn, name));
  },
};

/** The kind of curve that the reader chose, if there is such a one. */
function curveKind() {
  return Object.hasOwn(data.curves, state.curve) ? state.curve : Object.keys(data.curves)[0];
}

/** The points of a cell's curve that have a place on a logarithmic scale. */
function pointsOf(cell) {
  const values = cell.curves?.values[curveKind()] ?? [];
  return values.map((value, at) => [cell.curves.steps[at], value]).filter(([, value]) => value > 0);
}

function chart(drawn, name) {
  const points = drawn.map(pointsOf), values = points.flat().map(([, value]) => Math.log10(value));
  const least = Math.min(...values), most = Math.max(...values, least + 1e-9), last = Math.max(1, ...points.map((each) => each.at(-1)[0]));
  const isNamed = drawn.length <= NAMED_AT_MOST, right = isNamed ? 580 : 780;
  const down = (value) => 20 + 360 * (most - Math.log10(value)) / (most - least);
  const across = (step) => 70 + (right - 70) * Math.log(1 + step) / Math.log(1 + last);
  const ends = drawn.map((cell, at) => ({ cell, at: down(points[at].at(-1)[1]) }));
  return make("svg", { viewBox: "0 0 800 430", role: "img", id: "chart", "aria-label": name, class: isNamed ? null : "many" },
    ...numbered(least, most).flatMap((value) => [make("line", { x1: 70, x2: right, y1: down(value), y2: down(value) }), words(62, down(value) + 5, numberName(value), "end")]),
    ...numbered(0, Math.log10(last)).map((step) => words(across(step), 405, String(step))), words((70 + right) / 2, 426, "step"),
    ...drawn.map((cell, k) => make("polyline", { points: points[k].map(([step, value]) => `${across(step).toFixed(1)},${down(value).toFixed(1)}`).join(" "), class: "curve", ...marking(cell) }, make("title", {}, cell.label))),
    ...(isNamed ? names(ends) : []));
}

function words(x, y, text, anchor = "middle") {
  return make("text", { x, y, "text-anchor": anchor }, text);
}

/** What the curve of a cell and its name do when they are pointed at and clicked. */
function marking(cell) {
  return { "data-cell": cell.id, onpointerenter: () => look(cell), onclick: () => choose(cell, { view: "flip" }) };
}

/** The names of curves at their ends, below each other where they would overlap. */
function names(ends) {
  const sorted = ends.sort((a, b) => a.at - b.at);
  sorted.forEach((end, k) => { end.at = Math.max(end.at, (sorted[k - 1]?.at ?? 0) + LINE); });
  sorted.reverse().forEach((end, k) => { end.at = Math.min(end.at, (sorted[k - 1]?.at ?? 400) - LINE); });
  return sorted.map(({ cell, at }) => {
    const name = cell.label.length > 30 ? `${cell.label.slice(0, 13)}…${cell.label.slice(-16)}` : cell.label;
    return make("text", { x: 590, y: (at + 4).toFixed(1), class: "name", ...marking(cell) }, name, make("title", {}, cell.label));
  });
}

/** The numbers of a logarithmic axis: powers of ten; where there are fewer than two, their multiples, or both ends. */
function numbered(least, most) {
  const powers = Array.from({ length: Math.floor(most) - Math.floor(least) + 1 }, (_, k) => Math.floor(least) + k);
  const isInside = (value) => Math.log10(value) >= least - 1e-9 && Math.log10(value) <= most + 1e-9;
  const among = (...factors) => powers.flatMap((power) => factors.map((factor) => factor * 10 ** power)).filter(isInside);
  const ends = most - least > 1e-6 ? [10 ** least, 10 ** most] : [10 ** least];
  return [among(1), among(1, 2, 5), ends].find((values) => values.length > 1) ?? ends;
}

function numberName(value) {
  const isPlain = value >= 1e-4 && value < 1e5;
  return isPlain ? String(Number(value.toPrecision(3))) : value.toExponential();
}
