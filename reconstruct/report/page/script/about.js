/** What is said beside a picture: what it is, what it was made with, and the command that reproduces it. */
function about(cell) {
  const place = document.getElementById("about");
  place.replaceChildren(make("h2", {}, cell.label || "this cell"));
  if (cell.picture == null) {
    place.append(make("p", {}, [cell.problem || "There is no picture.", cell.reason].filter(Boolean).join(": ")));
    return;
  }
  const rows = [...Object.entries(cell.facts).map(([name, [text]]) => [name, text]), ...Object.entries(cell.settings)];
  place.append(make("p", { class: "sentence" }, `${cell.sentence}.`),
    make("dl", {}, ...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])));
  if (cell.note) place.append(make("p", { class: "warning" }, `Not converged: ${cell.note}.`));
  place.append(command(cell.command), make("p", { class: "credit" }, cell.credit));
}

function command(text) {
  const code = make("code", {}, text), said = make("span", { role: "status", class: "said" });
  const copy = async () => {
    getSelection().selectAllChildren(code);
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "✓ copied";
    } catch {
      said.textContent = "selected: copy it with Ctrl-C";
    }
  };
  return make("div", { class: "command" }, make("h3", {}, "Command to reproduce"), code,
    make("button", { type: "button", onclick: copy }, "Copy"), said, make("p", { class: "hint" },
      "The program is called reconstruct. With content.picture=FILE, style.picture=FILE or start=FILE it takes your own picture; reconstruct --help lists all settings."));
}
