/** The loss of every cell over its steps, or the error of a layer, on scales of powers; one is marked and told of. */
const LOSS = "loss";
const NAMED_AT_MOST = 16; // curves, each at its end
const LINE = 15; // between two names

const curves = {
  name: "Curves",

  controls() {
    const options = withCurves().map((cell) => make("option", { value: cell.id, selected: cell.id === state.cell }, cell.label));
    const choice = (event) => mark(cells[event.target.value], document.getElementById("chart"));
    const kinds = curveKinds().map((kind) => make("option", { value: kind, selected: kind === curveKind() }, curveName(kind)));
    return controls(
      make("label", {}, "shown", make("select", { id: "kind", onchange: (event) => set({ curve: event.target.value }) }, ...kinds)),
      make("label", {}, "marked", make("select", { id: "curve", onchange: choice }, ...options)));
  },

  fill(content) {
    const drawn = withCurves();
    if (!drawn.length) {
      content.append(make("p", {}, "No cell has a curve."));
      return;
    }
    const name = `${curveName(curveKind())}, over steps`, chart = chartOf(drawn.map((cell) => ({ cell, points: pointsOf(cell) })), name);
    const hint = "Thick: the marked cell. Blue: those that differ from it in one setting. Pointing at a curve marks it.";
    content.append(make("h2", {}, name), make("p", { class: "hint" }, hint), chart);
    mark(drawn.find((cell) => cell.id === state.cell) ?? drawn[0], chart);
  },
};

/** What can be shown: the loss, and every layer whose error some cell has. */
function curveKinds() {
  return [...new Set(cells.flatMap((cell) => Object.keys(cell.curves?.values ?? {})))];
}

/** The kind that the reader chose, if there is such a curve. */
function curveKind() {
  return curveKinds().includes(state.curve) ? state.curve : LOSS;
}

function curveName(kind) {
  return kind === LOSS ? "Total loss" : `Relative error of ${kind}`;
}

/** The cells that have a curve of the chosen kind. */
function withCurves() {
  return cells.filter((cell) => pointsOf(cell).length > 1);
}

/** The points of a cell's curve that have a place on a scale of powers. */
function pointsOf(cell) {
  const values = cell.curves?.values?.[curveKind()] ?? [];
  return values.map((value, at) => [cell.curves.steps[at], value]).filter(([, value]) => value > 0);
}

function chartOf(drawn, name) {
  const values = drawn.flatMap(({ points }) => points.map(([, value]) => value));
  const least = Math.log10(Math.min(...values)), most = Math.max(Math.log10(Math.max(...values)), least + 1e-9);
  const last = Math.max(1, ...drawn.map(({ points }) => points.at(-1)[0]));
  const down = (value) => 20 + 360 * (most - Math.log10(value)) / (most - least);
  const named = drawn.length <= NAMED_AT_MOST ? names(drawn.map(({ cell, points }) => ({ cell, at: down(points.at(-1)[1]) }))) : [];
  const across = (step) => 70 + (named.length ? 510 : 710) * Math.log(1 + step) / Math.log(1 + last);
  const many = drawn.length > NAMED_AT_MOST ? { class: "many" } : {};
  const words = { viewBox: "0 0 800 430", role: "img", id: "chart", "aria-label": name, ...many };
  return draw("svg", words, ...scales(least, most, last, across, down), ...drawn.map((each) => curve(each, across, down)), ...named);
}

/** The names of curves at their ends, below each other where they would overlap. */
function names(ends) {
  const sorted = ends.sort((a, b) => a.at - b.at);
  sorted.forEach((end, k) => { end.at = Math.max(end.at, (sorted[k - 1]?.at ?? 0) + LINE); });
  sorted.reverse().forEach((end, k) => { end.at = Math.min(end.at, (sorted[k - 1]?.at ?? 400) - LINE); });
  return sorted.map(({ cell, at }) => {
    const name = cell.label.length > 30 ? `${cell.label.slice(0, 13)}…${cell.label.slice(-16)}` : cell.label;
    const text = draw("text", { x: 590, y: (at + 4).toFixed(1), class: "name", "data-cell": cell.id }, name, draw("title", {}, cell.label));
    text.addEventListener("pointerenter", () => mark(cell, text.ownerSVGElement));
    text.addEventListener("click", () => choose(cell, { view: "flip" }));
    return text;
  });
}

function curve({ cell, points }, across, down) {
  const places = points.map(([step, value]) => `${across(step).toFixed(1)},${down(value).toFixed(1)}`).join(" ");
  const path = draw("polyline", { points: places, "data-cell": cell.id, class: "curve" }, draw("title", {}, cell.label));
  path.addEventListener("pointerenter", () => mark(cell, path.ownerSVGElement));
  path.addEventListener("click", () => choose(cell, { view: "flip" }));
  return path;
}

function scales(least, most, last, across, down) {
  const right = across(last);
  const parts = [];
  for (const value of numbered(least, most)) {
    const at = down(value);
    parts.push(draw("line", { x1: 70, x2: right, y1: at, y2: at }), draw("text", { x: 62, y: at + 5, "text-anchor": "end" }, numberName(value)));
  }
  for (let step = 1; step <= last; step *= 10) parts.push(draw("text", { x: across(step), y: 405, "text-anchor": "middle" }, String(step)));
  return [...parts, draw("text", { x: (70 + right) / 2, y: 426, "text-anchor": "middle" }, "step")];
}

/** The numbers of an axis of powers: powers of ten; where there are fewer than two, their multiples, or both ends. */
function numbered(least, most) {
  const among = (factors) => {
    const values = [];
    for (let power = Math.floor(least); power <= most; power += 1) values.push(...factors.map((factor) => factor * 10 ** power));
    return values.filter((value) => Math.log10(value) >= least - 1e-9 && Math.log10(value) <= most + 1e-9);
  };
  const ends = most - least > 1e-6 ? [10 ** least, 10 ** most] : [10 ** least];
  return [among([1]), among([1, 2, 5]), ends].find((values) => values.length > 1) ?? ends;
}

function numberName(value) {
  const power = Math.round(Math.log10(value));
  if (Math.abs(Math.log10(value) - power) > 1e-9) return String(Number(value.toPrecision(3)));
  const digits = [...String(Math.abs(power))].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");
  return power ? `10${power < 0 ? "⁻" : ""}${digits}` : "1";
}

/** In how many keys two cells differ. */
function differing(one, other) {
  return keys.filter(({ key }) => one.values[key] !== other.values[key]).length;
}

/** Marks a curve, and those that differ from it in one setting, and tells of its cell. */
function mark(cell, chart) {
  for (const path of chart.querySelectorAll(".curve, .name")) {
    path.classList.toggle("marked", path.dataset.cell === String(cell.id));
    path.classList.toggle("near", differing(cells[path.dataset.cell], cell) === 1);
  }
  take(cell);
  remember();
  const list = document.getElementById("curve");
  if (list) list.value = cell.id;
  about(cell);
}
