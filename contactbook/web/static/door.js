// The time of signing in ended under an open sheet: the sign-in form, over it.
import { filled, load, said, say } from "./page.js";

// The page behind the door, or null when she closes it.
export function knock(page, sheet) {
  const door = document.createElement("dialog");
  const close = sheet.querySelector(".sheet-top [data-close]").cloneNode(true);
  let inside = null;
  show(page);
  door.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    event.stopPropagation();
    door.close();
  });
  door.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const form = event.target;
    if (form.ariaBusy) return;
    form.ariaBusy = "true";
    try {
      const result = await load(form.action, filled(form, event.submitter));
      if (result.kind === "sign-in") return show(result.page);
      inside = result.page;
      door.close();
    } catch {
      say(said("offline"));
    } finally {
      form.ariaBusy = null;
    }
  });

  function show({ title, body }) {
    const form = document.adoptNode(body.querySelector("form"));
    form.elements.next.value = ""; // any page of hers will do
    form.className = "form";
    const top = document.createElement("header");
    const heading = document.createElement("h1");
    heading.textContent = title.split(" · ")[0];
    top.className = "sheet-top";
    top.append(heading, close);
    const box = document.createElement("div");
    box.className = "sheet door-sheet";
    box.append(top, form);
    door.replaceChildren(box);
    door.ariaLabel = heading.textContent;
    form.querySelector("[aria-invalid], [name=username]").focus();
  }

  document.body.append(door);
  door.showModal();
  door.querySelector("[name=username]").focus();
  return new Promise((resolve) =>
    door.addEventListener("close", () => {
      door.remove();
      resolve(inside);
    }),
  );
}
