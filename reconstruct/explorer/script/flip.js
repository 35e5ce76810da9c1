/** A flip book: one large picture, a slider for every key, and play. */
let playing = null;

const flip = {
  name: "Flip book",

  controls() {
    return controls(...keys.map(keySlider), stepSlider(), playButton(), loupeControls());
  },

  fill(content) {
    const cell = cells[state.cell], originals = Object.entries(cell.originals);
    content.append(make("div", { class: "large" }, captioned(pictureOf(cell), [cell.label, captionOf(cell)].filter(Boolean).join(": ")),
      ...originals.map(([term, number]) => captioned(picture(number, `original of the ${term}`), originals.length > 1 ? `original (${term})` : "original"))));
    about(cell);
  },
};

/** Plays through the values of the key in columns; a second press ends it. */
function playButton() {
  const words = `Play ${playedKey()?.name ?? ""}`;
  const button = make("button", { type: "button", id: "play" }, words);
  button.addEventListener("click", () => {
    if (playing) stopPlaying();
    else playing = setInterval(turn, 700);
    button.textContent = playing ? "Stop" : words;
  });
  return button;
}

function stopPlaying() {
  clearInterval(playing);
  playing = null;
}

function playedKey() {
  return keys.find((each) => each.key === state.columns) ?? keys[0];
}

/** The next value of a key, by its slider. */
function turn() {
  const name = playedKey()?.key;
  const slider = [...document.querySelectorAll("input[data-key]")].find((each) => each.dataset.key === name);
  if (!slider) return;
  slider.value = (Number(slider.value) + 1) % (Number(slider.max) + 1);
  slider.dispatchEvent(new Event("input"));
}
