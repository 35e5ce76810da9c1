/** What is said beside a picture: what it is, what it was made with, and the command that makes it. */
function about(cell) {
  const place = document.getElementById("about");
  place.replaceChildren(make("h2", {}, cell.label || "this cell"));
  if (cell.picture == null) {
    place.append(make("p", {}, [cell.problem || "There is no picture.", cell.reason].filter(Boolean).join(": ")));
    return;
  }
  place.append(make("p", { class: "sentence" }, `${cell.sentence}.`), facts(cell));
  if (cell.note) place.append(make("p", { class: "warning" }, `Not converged: ${cell.note}.`));
  place.append(command(cell.command), ownPicture(cell), make("p", { class: "credit" }, cell.credit));
}

/** How a picture of the reader's own takes an original's place. */
const SETTINGS = { content: "content.picture=FILE", style: "style.picture=FILE", start: "start=FILE" };

function ownPicture(cell) {
  const own = Object.keys(cell.originals).map((term) => SETTINGS[term]).join(" or ");
  const takes = own ? ` ${own} takes a picture of your own;` : "";
  return make("p", { class: "hint" }, `The program is called reconstruct.${takes} reconstruct --help says what it can do.`);
}

function facts(cell) {
  const rows = [
    ...Object.entries(cell.errors).map(([term, error]) => [`${term} error`, percent(error)]),
    ...quantitiesOf(cell.numbers),
    ["time", `${cell.seconds} s, ${cell.steps} steps`],
    ["computed in", cell.computed],
    ...Object.entries(cell.settings),
  ];
  return make("dl", {}, ...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function command(text) {
  const said = make("span", { role: "status", class: "said" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "✓ copied";
    } catch {
      getSelection().selectAllChildren(code);
      said.textContent = "selected: copy it with Ctrl-C";
    }
    setTimeout(() => { said.textContent = ""; }, 4000);
  };
  const code = make("code", {}, text);
  return make("div", { class: "command" }, make("h3", {}, "The command that makes it"), code,
    make("button", { type: "button", onclick: copy }, "Copy"), said);
}
