/** The total loss of every cell over its steps, both on scales of powers; one is marked and named. */
const curves = {
  name: "Curves",

  controls() {
    const options = withCurves().map((cell) => make("option", { value: cell.id, selected: cell.id === state.cell }, cell.label));
    const choice = (event) => mark(cells[event.target.value], document.getElementById("chart"));
    return controls(make("label", {}, "marked", make("select", { id: "curve", onchange: choice }, ...options)));
  },

  fill(content) {
    const drawn = withCurves();
    if (!drawn.length) {
      content.append(make("p", {}, "No cell has a curve."));
      return;
    }
    const chart = chartOf(drawn);
    content.append(make("h2", {}, "Total loss, divided by the first, over steps"), chart);
    mark(drawn.find((cell) => cell.id === state.cell) ?? drawn[0], chart);
  },
};

function withCurves() {
  return cells.filter((cell) => cell.curve?.length > 1);
}

function chartOf(drawn) {
  const least = Math.min(...drawn.flatMap((cell) => cell.curve.map(([, loss]) => loss))), last = Math.max(...drawn.map((cell) => cell.curve.at(-1)[0]));
  const across = (step) => 60 + 720 * Math.log(1 + step) / Math.log(1 + last), down = (loss) => 20 + 360 * Math.log(loss) / Math.log(least);
  const words = { viewBox: "0 0 800 430", role: "img", id: "chart", "aria-label": "Total loss divided by the first, over steps" };
  return draw("svg", words, ...scales(least, last, across, down), ...drawn.map((cell) => curve(cell, across, down)));
}

function curve(cell, across, down) {
  const points = cell.curve.map(([step, loss]) => `${across(step).toFixed(1)},${down(loss).toFixed(1)}`).join(" ");
  const path = draw("polyline", { points, "data-cell": cell.id, class: "curve" }, draw("title", {}, cell.label));
  path.addEventListener("pointerenter", () => mark(cell, path.ownerSVGElement));
  path.addEventListener("click", () => choose(cell, { view: "flip" }));
  return path;
}

function scales(least, last, across, down) {
  const parts = [];
  for (let power = 0; 10 ** power >= least; power -= 1) {
    parts.push(draw("line", { x1: 60, x2: 780, y1: down(10 ** power), y2: down(10 ** power) }), draw("text", { x: 52, y: down(10 ** power) + 5, "text-anchor": "end" }, powerOfTen(power)));
  }
  for (let step = 1; step <= last; step *= 10) parts.push(draw("text", { x: across(step), y: 405, "text-anchor": "middle" }, String(step)));
  return [...parts, draw("text", { x: 420, y: 426, "text-anchor": "middle" }, "step")];
}

function powerOfTen(power) {
  return power ? `10⁻${[...String(-power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}` : "1";
}

/** Marks a curve and tells of its cell. */
function mark(cell, chart) {
  for (const path of chart.querySelectorAll(".curve")) path.classList.toggle("marked", path.dataset.cell === String(cell.id));
  state.cell = cell.id;
  remember();
  const list = document.getElementById("curve");
  if (list) list.value = cell.id;
  about(cell);
}
