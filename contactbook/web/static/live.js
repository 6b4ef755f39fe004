// What moves by itself: seconds to undo, news of deliveries, letters still free, ticks counted.
import { load, renew } from "./page.js";

function all(root, selector) {
  return [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];
}

function begin(root) {
  all(root, "form[data-seconds]").forEach(countDown);
  all(root, "[data-counter]").forEach(countLetters);
  all(root, "[data-tally]").forEach(countTicks);
  for (const field of all(root, "[data-instead-of]")) eitherOr(field);
}

function countDown(form) {
  const end = performance.now() + form.dataset.seconds * 1000;
  const shown = form.querySelector("button span");
  const timer = setInterval(() => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (!form.isConnected) return clearInterval(timer);
    if (left > 0) return (shown.textContent = `(${left} s)`);
    clearInterval(timer);
    form.hidden = true;
    if (document.body.dataset.page === "class") load(location.href).then(renew, () => {});
  }, 1000);
}

function countLetters(field) {
  const shown = document.getElementById(field.dataset.counter);
  const count = () => (shown.textContent = `${[...field.value].length}/${field.maxLength}`);
  field.addEventListener("input", count);
  count();
}

function countTicks(shown) {
  const form = shown.closest("form");
  const count = () => (shown.textContent = `(${form.querySelectorAll(`[name="${shown.dataset.tally}"]:checked`).length})`);
  form.addEventListener("change", count);
  count();
}

// A number typed and a chip chosen exclude each other: the later one counts.
function eitherOr(field) {
  const chips = field.form.querySelectorAll(`[name="${field.dataset.insteadOf}"]`);
  for (const chip of chips) chip.addEventListener("change", () => (field.value = ""));
  field.addEventListener("input", () => {
    for (const chip of chips) chip.checked = !field.value && !chip.value;
  });
}

// Asked every 2 s while the page is looked at, more rarely when the network fails; ends when all have ended.
function poll(part) {
  let wait = 2000;
  const again = () => setTimeout(look, wait);
  const look = async () => {
    if (document.hidden) return again();
    try {
      const { ok, page, kind } = await load(part.dataset.poll);
      if (kind === "sign-in") return location.reload();
      if (!ok) throw new Error("not now");
      const news = page.body.firstElementChild;
      if (!part.firstElementChild.isEqualNode(news)) {
        part.replaceChildren(document.adoptNode(news));
        begin(part);
      }
      wait = 2000;
    } catch {
      wait = Math.min(wait * 2, 30000);
    }
    if (!part.querySelector("[data-done]")) again();
  };
  if (!part.querySelector("[data-done]")) again();
}

begin(document);
document.addEventListener("renewed", ({ target }) => begin(target));
document.querySelectorAll("[data-poll]").forEach(poll);
