/** The controls of a view, in a row. */
function controls(...parts) {
  return make("div", { class: "controls" }, ...parts);
}

/** A list to choose from; options are pairs of a value and its words. */
function list(id, words, options, current, onchoice) {
  const made = options.map(([value, label]) => make("option", { value, selected: value === current }, label));
  return make("label", {}, words, make("select", { id, onchange: (event) => onchoice(event.target.value) }, ...made));
}

/** A slider, which stands where `standing` says: a value, and what that means in words. */
function slider(words, attributes, onmove, standing) {
  const output = make("output"), input = make("input", { type: "range", ...attributes, oninput: () => onmove(input.value) });
  input.stand = () => {
    const [value, said = null] = standing();
    input.value = value;
    input.ariaValueText = output.textContent = said;
  };
  return make("label", {}, words, input, output);
}

/** A list of the keys, for what stands in rows or columns. */
function placeList(place) {
  const other = place === "rows" ? "columns" : "rows";
  return list(place, place, [["", "none"], ...keys.map(({ key, name }) => [key, name])], state[place], (key) => {
    const here = cells[state.cell];
    Object.assign(state, { [place]: key }, key && key === state[other] ? { [other]: state[place] } : {});
    if (key && shownValues(key).length < 2) state.cell = fullest(key).id;
    set({}, { moved: apart(cells[state.cell], here).map(({ name }) => name) });
    document.getElementById(place).focus();
  });
}

/** A slider through the values of a key. */
function keySlider({ key, name, values }) {
  return slider(name, { min: 0, max: values.length - 1, "data-key": key }, (at) => move(key, values[at].value), () => {
    const at = Math.max(0, values.findIndex(({ value }) => value === cells[state.cell].values[key]));
    return [at, values[at].label];
  });
}

/** A slider through the steps at which all cells that have films are shown; at its end are the finished pictures. */
function stepSlider() {
  const last = data.steps.length;
  const moved = (at) => set({ step: Number(at) === last ? "" : at }, { controlsStay: true });
  const standing = () => state.step === "" ? [last, "finished"] : [state.step, `step ${data.steps[state.step]}`];
  return last ? slider("optimisation", { min: 0, max: last, id: "step" }, moved, standing) : null;
}

/** A slider for a number by which pictures are only shown in another way. */
function adjuster(words, name, min, max, step = 1) {
  const moved = (value) => { state[name] = value; remember(); stand(); };
  return slider(words, { min, max, step, "data-adjusts": name }, moved, () => [state[name]]);
}

/** The same place of all pictures, enlarged. */
function detail() {
  return make("fieldset", {}, make("legend", {}, "The same detail of every picture"),
    adjuster("zoom", "zoom", 1, 12), adjuster("horizontal", "x", 0, 1, 0.01), adjuster("vertical", "y", 0, 1, 0.01));
}

/** Puts all sliders where the state is; pictures are shown as `adjuster` says, by the variables of the style sheet. */
function stand() {
  for (const input of document.querySelectorAll("[type=range]")) input.stand();
  const main = document.getElementById("main");
  for (const name of ["zoom", "x", "y", "wipe", "gain"]) main.style.setProperty(`--${name}`, state[name]);
  main.classList.toggle("enlarged", state.zoom > 1);
}

/** The pointer over an enlarged picture moves the place that all of them show; the address has it once it leaves. */
function follow(event) {
  const frame = event.target.closest?.(".shown");
  if (state.zoom <= 1 || !frame) return;
  const place = frame.getBoundingClientRect();
  state.x = ((event.clientX - place.left) / place.width).toFixed(2);
  state.y = ((event.clientY - place.top) / place.height).toFixed(2);
  stand();
}
