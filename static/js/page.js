// A page that grows while it is answered: when an answer decides on other questions, the server is asked which
// questions stand here now, and only those that come or go change. Without it the server asks on the next send.
const form = document.querySelector("form[data-grows]");
const region = form.querySelector("[data-questions]");
const news = form.querySelector("[data-news]");
const typed = new Map();
let asking = null;

const questions = (root) => [...root.children].filter((one) => one.dataset.question);
const controls = (node) => [...node.querySelectorAll("input, select, textarea")];

// Two renderings of a question are the same when they offer the same; what was typed does not count.
function shape(node) {
  const offered = [...node.querySelectorAll("[type=radio], [type=checkbox], option")].map((one) => one.value);
  const words = [...node.querySelectorAll("label, legend")].map((one) => one.textContent.trim());
  return JSON.stringify([offered, words]);
}

function remember(node) {
  for (const one of controls(node)) {
    if (one.type === "radio" || one.type === "checkbox") typed.set(`${one.name}=${one.value}`, one.checked);
    else if (one.type !== "file" && one.type !== "hidden") typed.set(one.name, one.value);
  }
}

function restore(node) {
  for (const one of controls(node)) {
    const key = one.type === "radio" || one.type === "checkbox" ? `${one.name}=${one.value}` : one.name;
    if (!typed.has(key) || one.type === "file") continue;
    if (one.type === "radio" || one.type === "checkbox") one.checked = typed.get(key);
    else one.value = typed.get(key);
  }
}

function swap(fresh) {
  const standing = new Map(questions(region).map((one) => [one.dataset.question, one]));
  const come = [];
  let at = null;
  for (const one of questions(fresh)) {
    const name = one.dataset.question;
    const old = standing.get(name);
    standing.delete(name);
    let here = one;
    if (old && (shape(old) === shape(one) || old.contains(document.activeElement))) here = old;
    else {
      if (old) { remember(old); old.remove(); } else come.push(one.dataset.label);
      restore(one);
    }
    const next = at ? at.nextElementSibling : region.firstElementChild;
    if (next !== here) region.insertBefore(here, next);
    at = here;
  }
  for (const gone of standing.values()) { remember(gone); gone.remove(); }
  region.querySelector("[name=hoi]").value = fresh.querySelector("[name=hoi]").value;
  if (come.length) news.textContent = `${news.dataset.come} ${come.join("; ")}`;
  else if (standing.size) news.textContent = news.dataset.gone;
}

// Answers travel in the body only; files stay here until the page is sent.
function answers() {
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  return body;
}

async function ask() {
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  try {
    const reply = await fetch(location.href, {
      method: "POST", body: answers(), headers: { "X-Fragment": "questions" }, signal: mine.signal,
    });
    if (!reply.ok || reply.redirected || !reply.headers.has("X-Fragment")) return;
    const fresh = document.createElement("template");
    fresh.innerHTML = await reply.text();
    if (!mine.signal.aborted) swap(fresh.content);
  } catch { /* No connection: the page stays as it is and is asked again when it is sent. */ }
}

form.addEventListener("change", (event) => {
  if (event.target.closest("[data-decides]")) ask();
});
