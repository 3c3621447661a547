// Single letters for officers: a letter goes to what carries data-key. Nothing fires while somebody types, also not
// inside an input method's composition (Telex, VNI); no letter ever decides: buttons get the focus, Enter presses.
// Only data-press is pressed at once (the next dossier), once for a key held down.
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
const composing = (event) => event.isComposing || event.keyCode === 229;
const offered = () => [...document.querySelectorAll("[data-key]")];

const go = (place) => {
  if (place.matches("a, [data-press]")) return place.click();
  const fold = place.closest("details");
  if (fold) fold.open = true;
  const box = place.matches("summary, button") ? place : place.querySelector("h2, h3") ?? place;
  if (!box.matches("summary, button")) box.tabIndex = -1;
  box.focus();
  box.scrollIntoView({ block: "center" });
};

// j and k walk along the links of a list; Enter opens, as on every link.
const walk = (step) => {
  const links = [...document.querySelectorAll("[data-row] [data-open]")];
  const here = links.indexOf(document.activeElement);
  const next = links[here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step];
  next?.focus();
  next?.closest("[data-row]").scrollIntoView({ block: "nearest" });
};

const palette = () => {
  const dialog = document.querySelector("dialog.palette");
  const list = dialog.querySelector("ul");
  const filter = dialog.querySelector("input");
  const show = () => {
    const wanted = filter.value.trim().toLocaleLowerCase("vi");
    list.replaceChildren(...offered().filter((one) => name(one).toLocaleLowerCase("vi").includes(wanted)).map(row));
  };
  const name = (one) => one.dataset.name || one.textContent.trim();
  const row = (one) => {
    const line = document.createElement("li");
    const button = document.createElement("button");
    const key = document.createElement("kbd");
    button.type = "button";
    button.className = "btn btn--quiet";
    key.textContent = one.dataset.key;
    button.append(`${name(one)} `, key);
    button.addEventListener("click", () => {
      dialog.close();
      go(one);
    });
    line.append(button);
    return line;
  };
  filter.value = "";
  filter.oninput = show;
  filter.onkeydown = (event) => {
    if (event.key !== "Enter" || composing(event)) return;
    event.preventDefault();
    list.querySelector("button")?.click();
  };
  show();
  dialog.showModal();
};

document.addEventListener("keydown", (event) => {
  if (composing(event) || document.querySelector("dialog[open]")) return;
  const opens = event.key === "." && document.querySelector("dialog.palette");
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (opens) {
    event.preventDefault();
    palette();
    return;
  }
  const step = { j: 1, k: -1 }[event.key];
  if (step && document.querySelector("[data-rows]")) {
    event.preventDefault();
    walk(step);
    return;
  }
  const place = offered().find((one) => one.dataset.key === event.key);
  if (!place || (event.repeat && place.matches("[data-press]"))) return;
  event.preventDefault();
  go(place);
});
