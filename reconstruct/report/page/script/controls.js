/** The controls of a view, in a row. */
function controls(...parts) {
  return make("div", { class: "controls" }, ...parts);
}

/** A list to choose from; options are pairs of a value and its words. */
function list(id, words, options, current, onchoice) {
  const made = options.map(([value, label]) => make("option", { value, selected: value === current }, label));
  return make("label", {}, words, make("select", { id, onchange: (event) => onchoice(event.target.value) }, ...made));
}

/** A slider, with a place for its value in words. */
function slider(words, attributes, onmove) {
  return make("label", {}, words, make("input", { type: "range", ...attributes, oninput: (event) => onmove(event.target) }), make("output"));
}

/** Writes beside a slider, and for who cannot see it, what its value means. */
function tell(slider, words) {
  slider.nextElementSibling.textContent = words;
  slider.setAttribute("aria-valuetext", words);
}

/** A list of the keys, for what stands in rows or columns. */
function placeList(place) {
  const other = place === "rows" ? "columns" : "rows";
  return list(place, place, [["", "nothing"], ...keys.map(({ key, name }) => [key, name])], state[place], (key) => {
    const wanted = { ...state.fixed };
    Object.assign(state, { [place]: key }, key && key === state[other] ? { [other]: state[place] } : {});
    if (key && new Set(there().map((cell) => cell.values[key])).size < 2) Object.assign(state.fixed, fullest(key));
    set({}, { wanted });
    document.getElementById(place).focus();
  });
}

/** A slider through the values of a key. */
function keySlider({ key, name, values }) {
  return slider(name, { min: 0, max: values.length - 1, "data-key": key }, (input) => move(key, values[input.value].value));
}

/** A slider through the steps at which all cells that have films are shown; at its end are the finished pictures. */
function stepSlider() {
  const last = data.steps.length;
  const moved = (input) => set({ step: Number(input.value) === last ? "" : input.value }, { controlsStay: true });
  return last ? slider("optimisation", { min: 0, max: last, id: "step" }, moved) : null;
}

/** A slider for a number by which pictures are only shown in another way. */
function adjuster(words, name, min, max, step = 1) {
  return slider(words, { min, max, step, "data-adjusts": name }, (input) => { state[name] = input.value; remember(); adjust(); });
}

/** The same place of all pictures, enlarged. */
function detail() {
  return make("fieldset", {}, make("legend", {}, "The same place in all pictures"),
    adjuster("enlarged", "zoom", 1, 12), adjuster("across", "x", 0, 1, 0.01), adjuster("down", "y", 0, 1, 0.01));
}

/** Shows pictures as `adjuster` says, by the variables of the style sheet. */
function adjust() {
  const main = document.getElementById("main");
  for (const name of ["zoom", "x", "y", "wipe", "gain"]) main.style.setProperty(`--${name}`, state[name]);
  main.classList.toggle("enlarged", state.zoom > 1);
  for (const input of document.querySelectorAll("[data-adjusts]")) input.value = state[input.dataset.adjusts];
}

/** Puts all sliders where the state is. */
function stand() {
  for (const input of document.querySelectorAll("[data-key]")) {
    const { values } = keys.find(({ key }) => key === input.dataset.key);
    input.value = Math.max(0, values.findIndex(({ value }) => value === state.fixed[input.dataset.key]));
    tell(input, values[input.value].label);
  }
  const input = document.getElementById("step");
  if (input) {
    input.value = state.step === "" ? data.steps.length : state.step;
    tell(input, state.step === "" ? "finished" : `step ${data.steps[state.step]}`);
  }
  adjust();
}

/** The pointer over an enlarged picture moves the place that all of them show. */
function follow(event) {
  const frame = event.target.closest?.(".shown");
  if (state.zoom <= 1 || !frame) return;
  const place = frame.getBoundingClientRect();
  state.x = ((event.clientX - place.left) / place.width).toFixed(2);
  state.y = ((event.clientY - place.top) / place.height).toFixed(2);
  adjust();
  clearTimeout(resting);
  resting = setTimeout(remember, 300);
}

/** Waits until the pointer rests. */
let resting = null;
