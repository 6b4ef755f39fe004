// Keeps the page fresh: asks for changed parts, keeps the place in the thread. Without it, reload.
const every = 1000;
const people = document.getElementById("people");
const filters = document.getElementById("filters");
const chats = document.getElementById("chats");
const live = document.getElementById("live");
const words = document.getElementById("live-words");
const search = document.querySelector(".search input[type=search]");
let seen = document.body.dataset.version;
let asking;

const address = () => new URL(location.href).searchParams;
const thread = () => document.getElementById("thread");
const atEnd = (t) => !t || t.scrollHeight - t.scrollTop - t.clientHeight < 80;
const toEnd = () => { const t = thread(); if (t) t.scrollTop = t.scrollHeight; };

function fit(frame) {
  const page = frame.contentDocument;
  if (page?.documentElement) frame.style.height = `${page.documentElement.scrollHeight + 4}px`;
}

function fitAll() {
  for (const frame of chats.querySelectorAll("iframe")) {
    fit(frame);
    frame.addEventListener("load", () => { const end = atEnd(thread()); fit(frame); if (end) toEnd(); });
  }
}

function renew(html) {
  const end = atEnd(thread());
  const draft = chats.querySelector(".composer input[name=text]");
  const kept = draft && { value: draft.value, focused: document.activeElement === draft };
  const known = new Set([...chats.querySelectorAll("[id^=m]")].map((one) => one.id));
  const place = thread()?.scrollTop ?? 0;
  const fresh = document.createElement("div");
  fresh.innerHTML = html;
  for (const one of fresh.querySelectorAll("[id^=m]")) {
    // a letter that is already open keeps its frame: reloading it would flicker
    const old = one.querySelector("iframe") && document.getElementById(one.id);
    if (old) one.querySelector("iframe").style.height = old.querySelector("iframe").style.height;
    if (known.size && !known.has(one.id)) one.classList.add("new");
  }
  chats.replaceChildren(...fresh.childNodes);
  fitAll();
  const again = chats.querySelector(".composer input[name=text]");
  if (again && kept) { again.value = kept.value; if (kept.focused) again.focus(); }
  if (end) toEnd(); else if (thread()) thread().scrollTop = place;
}

function show(parts) {
  const place = people.scrollTop;
  people.innerHTML = parts.people;
  people.scrollTop = place;
  filters.innerHTML = parts.filters;
  if (parts.chats !== undefined) renew(parts.chats);
  seen = parts.version;
}

async function ask(anew = false) {
  asking?.abort();
  asking = new AbortController();
  const query = address();
  query.set("seen", anew ? -1 : seen);
  try {
    const answer = await fetch(`/phones/live?${query}`, { signal: asking.signal });
    if (answer.status === 200) show(await answer.json());
    live.dataset.state = "on";
    words.textContent = "Đang trực tiếp";
  } catch (error) {
    if (error.name === "AbortError") return;
    live.dataset.state = "off";
    words.textContent = "Mất kết nối, đang thử lại";
  }
}

function go(query) {
  history.replaceState(null, "", `/phones?${query}`);
  ask(true);
}

let typing;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const query = address();
    if (search.value) query.set("q", search.value); else query.delete("q");
    go(query);
  }, 120);
});

document.addEventListener("submit", async (event) => {
  if (!event.target.matches(".composer, .taps")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(event.target, event.submitter));
  event.target.querySelector("input[name=text]")?.setAttribute("value", "");
  event.target.reset();
  await fetch("/phones/say", { method: "POST", body, redirect: "manual" });
  toEnd();
  ask();
});

fitAll();
toEnd();
ask();
setInterval(() => { if (!document.hidden) ask(); }, every);
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
