// Fetch what the browser would have shown, and put only what changed in its place.
// The server knows one way: a form, a redirect, a page. No answer is made for scripts alone.

export async function load(address, options = {}) {
  const answer = await fetch(address, { credentials: "same-origin", ...options });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { address: answer.url, ok: answer.ok, page, kind: page.body.dataset.page };
}

export function filled(form, submitter) {
  const body = new URLSearchParams(new FormData(form));
  if (submitter?.name) body.append(submitter.name, submitter.value);
  return { method: "POST", body };
}

// After a new sign-in: the forms of this page are hers again.
export function retoken(page) {
  const token = page.querySelector("[name=csrf_token]")?.value;
  if (!token) return;
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
}

// Elements of class "live" carry an id; those that differ are replaced, the rest keeps focus and scroll.
export function renew({ page, kind, address }) {
  const fresh = [...page.querySelectorAll(".live")];
  const same = kind === document.body.dataset.page && fresh.every(({ id }) => document.getElementById(id));
  if (!same) return location.assign(address);
  for (const part of fresh) {
    const old = document.getElementById(part.id);
    if (old.isEqualNode(part)) continue;
    const focused = old.contains(document.activeElement);
    old.replaceWith(document.adoptNode(part));
    if (focused) part.querySelector("a, button")?.focus({ preventScroll: true });
    part.dispatchEvent(new Event("renewed", { bubbles: true }));
  }
}

export function say(words) {
  const toast = document.getElementById("toast");
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (toast.hidden = true), 6000);
}

export const said = (name) => document.getElementById("toast").dataset[name];

// Forms leave one after the other; only the last answer is shown, so a quick thumb sees no row jump back.
let queue = Promise.resolve();
let waiting = 0;
export function swap(form, submitter) {
  const request = filled(form, submitter);
  const part = submitter?.closest(".row") ?? form;
  if (part.ariaBusy) return;
  part.ariaBusy = "true";
  waiting += 1;
  queue = queue.then(() => leave(form.action, request, part));
}

async function leave(address, request, part) {
  try {
    const result = await load(address, request);
    waiting -= 1;
    if (!result.ok && result.kind !== document.body.dataset.page) {
      part.ariaBusy = null;
      say(result.page.querySelector(".empty p")?.textContent ?? said("failed"));
    } else if (!waiting) {
      renew(result);
    }
  } catch {
    waiting -= 1;
    part.ariaBusy = null;
    say(said("offline"));
  }
}
