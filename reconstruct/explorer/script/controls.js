/** A list of the keys, for what stands in rows or columns. */
function placeList(place, words) {
  const options = [["", "nothing"], ...keys.map((key) => [key.key, key.name])];
  const other = place === "rows" ? "columns" : "rows";
  const list = make("select", { id: place, onchange: (event) => {
    const key = event.target.value, before = { ...state.fixed };
    Object.assign(state, { [place]: key }, key && key === state[other] ? { [other]: state[place] } : {});
    const shown = new Set(there().map((cell) => cell.values[key])).size;
    if (key && shown < 2) Object.assign(state.fixed, fullest(key));
    set({});
    tellFollowed(before);
    document.getElementById(place).focus();
  } }, ...options.map(([value, label]) => make("option", { value, selected: value === state[place] }, label)));
  return make("label", {}, words, list);
}

/** A slider through the values of a key, with the value beside it. */
function keySlider(key) {
  const slider = make("input", { type: "range", min: 0, max: key.values.length - 1, "data-key": key.key });
  slider.addEventListener("input", () => move(key.key, key.values[slider.value].value));
  const label = make("label", {}, key.name, slider, make("output"));
  stand(slider);
  return label;
}

/** Puts a slider where the state is. */
function stand(slider) {
  const { values } = keys.find((each) => each.key === slider.dataset.key);
  slider.value = Math.max(0, values.findIndex((each) => each.value === state.fixed[slider.dataset.key]));
  slider.nextElementSibling.textContent = values[slider.value].label;
  slider.setAttribute("aria-valuetext", values[slider.value].label);
}

/** A slider through the steps at which all cells that have films are shown; at its end are the finished pictures. */
function stepSlider() {
  if (!data.steps.length) return null;
  const last = data.steps.length;
  const told = make("output");
  const slider = make("input", { type: "range", min: 0, max: last, value: state.step === "" ? last : state.step, id: "step" });
  const tell = () => {
    told.textContent = Number(slider.value) === last ? "finished" : `step ${data.steps[slider.value]}`;
    slider.setAttribute("aria-valuetext", told.textContent);
  };
  tell();
  slider.addEventListener("input", () => {
    tell();
    set({ step: Number(slider.value) === last ? "" : slider.value }, { controlsStay: true });
  });
  return make("label", {}, "optimisation", slider, told);
}

/** The controls of a view, in a row. */
function controls(...parts) {
  return make("div", { class: "controls" }, ...parts);
}
