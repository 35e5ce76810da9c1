/** A flip book: one large picture, a slider for every key, and play. */
let playing = null;

const flip = {
  name: "Flip book",

  controls() {
    return controls(...keys.map(keySlider), stepSlider(), playButton(), detail());
  },

  fill(content) {
    const cell = cells[state.cell], originals = Object.entries(cell.originals);
    content.append(make("div", { class: "large" }, captioned(pictureOf(cell), [cell.label, cell.caption].filter(Boolean).join(": ")),
      ...originals.map(([term, number]) => captioned(picture(number, `original of the ${term}`), originals.length > 1 ? `original (${term})` : "original"))));
  },
};

/** Plays through the values of the key in columns; a second press ends it. */
function playButton() {
  const played = keys.find(({ key }) => key === state.columns) ?? keys[0];
  if (!played) return null;
  const { key, name, values } = played;
  const next = () => move(key, values[(values.findIndex(({ value }) => value === cells[state.cell].values[key]) + 1) % values.length].value);
  return make("button", { type: "button", id: "play", onclick: (event) => {
    if (playing) stopPlaying();
    else playing = setInterval(next, 700);
    event.target.textContent = playing ? "Stop" : `Play ${name}`;
  } }, `Play ${name}`);
}

function stopPlaying() {
  clearInterval(playing);
  playing = null;
}
