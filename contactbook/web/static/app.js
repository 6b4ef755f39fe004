// Every page works without this file; with it, a tap answers at once.
import { swap } from "./page.js";
import "./sheet.js";
import "./live.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault(); // the same form twice is one form
  if ("publish" in form.dataset) key(form);
  if ("swap" in form.dataset) {
    event.preventDefault();
    swap(form, event.submitter);
  } else if (form.method === "post" && !form.closest("dialog")) {
    form.dataset.sent = "yes";
  }
});

// A key made on this phone: a repeated send after a lost answer is known by it.
function key(form) {
  const field = form.elements.idempotency_key;
  if (field && !form.dataset.keyed && crypto.randomUUID) {
    field.value = crypto.randomUUID();
    form.dataset.keyed = "yes";
  }
}

// Back by the browser's button shows the page as it was left: let its forms be sent again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("change", ({ target }) => {
  target.closest("form[data-auto]")?.requestSubmit();
});

// A menu closes by a tap beside it, or by Escape.
document.addEventListener("click", ({ target }) => closeMenus((menu) => !menu.contains(target)));
document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(() => true));
function closeMenus(which) {
  for (const menu of document.querySelectorAll("details[open].menu")) {
    if (which(menu)) menu.open = false;
  }
}
