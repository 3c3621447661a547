// The progress of a batch, asked for again while it is at work. Without it the page's own link does the same.
const region = document.querySelector("[data-batch][data-at-work]");
const WAIT = 2000;

const asked = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!answer.ok || answer.redirected) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-batch]");
  if (!fresh.matches("[data-at-work]")) return location.reload();
  if (!region.contains(document.activeElement)) region.innerHTML = fresh.innerHTML;
  else for (const part of ["p[aria-live]", "progress"]) region.querySelector(part).replaceWith(fresh.querySelector(part));
  return setTimeout(asked, WAIT);
};

if (region) setTimeout(asked, WAIT);
