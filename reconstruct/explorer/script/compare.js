/** Two pictures on one another: a wipe, a blink, or their difference. */
const MODES = ["wipe", "blink", "difference"];
const GAIN = 4; // by which differences are multiplied at first: most are dark
let blinking = null;

/** What a picture is compared with besides other pictures. */
const ORIGINALS = { original: "the original", style: "the original of its style" };

const compare = {
  name: "Compare",

  controls() {
    const lists = [cellList("cell", "picture", state.cell), cellList("other", "against", state.other)];
    return controls(...lists, modes(), wipe(), gain(), loupeControls());
  },

  fill(content) {
    const one = cells[state.cell];
    const originals = { original: originalOf(one)?.number, style: one.originals.style };
    const other = state.other in originals ? originals[state.other] : cells[state.other]?.picture;
    const above = other == null ? make("span", { class: "none" }, "no picture") : picture(other, nameOf(state.other));
    const top = make("div", { class: "shown top", id: "top" }, above);
    const below = make("div", { class: "shown" }, pictureOf(one)), edge = make("div", { class: "edge", id: "edge" });
    const stage = make("div", { class: `stage ${state.mode}`, onpointerdown: grasp, onpointermove: drag }, below, top, edge);
    content.append(stage, make("p", {}, `${LEGENDS[state.mode](one.label, nameOf(state.other))}.`));
    cut(state.wipe);
    amplify(stage, GAIN);
    blink(top);
    about(one);
  },
};

const LEGENDS = {
  wipe: (one, other) => `Left of the slider ${one}, right of it ${other}`,
  blink: (one, other) => `In turn ${one} and ${other}`,
  difference: (one, other) => `The difference of ${one} and ${other}: black where they are the same`,
};

function nameOf(which) {
  return ORIGINALS[which] ?? cells[which].label;
}

/** A list of all cells, and for the second also the original, or both of them. */
function cellList(name, words, current) {
  const listed = cells.filter((cell) => cell.picture != null || String(cell.id) === String(current));
  const options = listed.map((cell) => [String(cell.id), cell.label]);
  const known = Object.entries(ORIGINALS).filter(([which]) => which === "original" || cells.some(hasBoth));
  if (name === "other") options.unshift(...known);
  const list = make("select", { id: `compare-${name}`, onchange: (event) => {
    if (name === "cell") choose(cells[event.target.value]);
    else set({ other: event.target.value });
  } }, ...options.map(([value, label]) => make("option", { value, selected: value === String(current) }, label)));
  return make("label", {}, words, list);
}

function hasBoth(cell) {
  return Object.keys(cell.originals).length > 1;
}

function modes() {
  const choice = (mode) => make("label", {}, make("input", { type: "radio", name: "mode", value: mode, checked: mode === state.mode, onchange: () => {
    set({ mode });
    document.querySelector(`input[name=mode][value=${mode}]`)?.focus();
  } }), mode);
  return make("fieldset", {}, make("legend", {}, "How"), ...MODES.map(choice));
}

function wipe() {
  if (state.mode !== "wipe") return null;
  const wiped = (event) => wipeTo(event.target.value);
  return make("label", {}, "wipe", make("input", { type: "range", min: 0, max: 100, value: state.wipe, id: "wipe", oninput: wiped }));
}

/** Moves the edge between both pictures to a share of the width, 0 to 100. */
function wipeTo(share) {
  state.wipe = String(share);
  cut(share);
  remember();
}

/** The edge follows a pointer that was pressed on the pictures, wherever it goes. */
function grasp(event) {
  if (state.mode !== "wipe" || event.button !== 0) return;
  event.preventDefault();
  event.currentTarget.setPointerCapture(event.pointerId);
  drag(event);
}

function drag(event) {
  if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
  const slider = document.getElementById("wipe"), place = event.currentTarget.getBoundingClientRect();
  slider.value = Math.round((100 * (event.clientX - place.left)) / place.width); // which keeps to its ends
  wipeTo(slider.value);
}

/** How many times as large differences are shown. */
function gain() {
  if (state.mode !== "difference") return null;
  const told = make("output", {}, `× ${GAIN}`);
  const slider = make("input", { type: "range", min: 1, max: 16, value: GAIN, id: "gain", oninput: (event) => {
    told.textContent = `× ${event.target.value}`;
    amplify(document.querySelector(".stage"), event.target.value);
  } });
  return make("label", {}, "differences", slider, told);
}

function amplify(stage, times) {
  stage.style.filter = state.mode === "difference" && times > 1 ? `brightness(${times})` : "";
}

/** Shows the upper picture from there to the right. */
function cut(share) {
  document.getElementById("top").style.clipPath = state.mode === "wipe" ? `inset(0 0 0 ${share}%)` : "";
  document.getElementById("edge").style.left = `${share}%`;
}

/** Shows and hides the upper picture in turn. */
function blink(top) {
  clearInterval(blinking);
  if (state.mode === "blink") blinking = setInterval(() => { top.hidden = !top.hidden; }, 600);
}
