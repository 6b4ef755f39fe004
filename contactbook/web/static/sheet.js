// A link marked data-sheet opens the form of its page over this one; closing returns to the same line.
import { knock } from "./door.js";
import { filled, load, renew, retoken, said, say } from "./page.js";

const dialog = document.createElement("dialog");
document.body.append(dialog);
let opener = null;
let touched = false;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-sheet], a[data-close]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if ("sheet" in link.dataset) {
    event.preventDefault();
    open(link);
  } else if (dialog.open) {
    event.preventDefault();
    dialog.close();
  }
});

async function open(link) {
  try {
    const result = await load(link.href);
    if (!show(result)) return location.assign(result.address);
    opener = link.closest(".live")?.id;
    dialog.showModal();
    history.pushState({ sheet: true }, "");
  } catch {
    say(said("offline"));
  }
}

function show({ page }) {
  const sheet = page.getElementById("sheet");
  if (!sheet) return false;
  dialog.replaceChildren(document.adoptNode(sheet));
  dialog.setAttribute("aria-labelledby", "sheet-title");
  dialog.scrollTop = 0;
  touched = false;
  dialog.dispatchEvent(new Event("renewed", { bubbles: true }));
  return true;
}

dialog.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  const form = event.target;
  if (form.ariaBusy) return;
  form.ariaBusy = "true";
  try {
    const result = await send(form, event.submitter);
    if (!result) return;
    if (show(result)) {
      wrong();
    } else if (result.ok && result.kind !== document.body.dataset.page) {
      location.replace(result.address); // in the sheet's place: back leads to the page under it
    } else if (result.ok) {
      dialog.close();
      renew(result);
      back();
    } else {
      say(result.page.querySelector(".empty p")?.textContent ?? said("failed"));
    }
  } catch {
    say(said("offline"));
  } finally {
    form.ariaBusy = null;
  }
});

// What was typed outlives the session: she signs in over the sheet, or has done so in another tab,
// and it is sent once more. Null: she has closed the door again, the sheet stays.
async function send(form, submitter) {
  const result = await load(form.action, filled(form, submitter));
  if (result.kind === "stale") {
    retoken((await load("/teacher/")).page);
    return load(form.action, filled(form, submitter));
  }
  if (result.kind !== "sign-in") return result;
  const inside = await knock(result.page, dialog);
  if (!inside) return null;
  retoken(inside);
  return send(form, submitter);
}

// What was typed is not lost to a tap beside the sheet, nor to Escape: only Cancel throws it away.
dialog.addEventListener("input", () => (touched = true));
dialog.addEventListener("cancel", (event) => touched && event.preventDefault());
dialog.addEventListener("click", (event) => event.target === dialog && !touched && dialog.close());

// The phone's back button closes the sheet, not the page.
dialog.addEventListener("close", () => {
  if (history.state?.sheet) history.back();
  back();
});
addEventListener("popstate", () => dialog.open && dialog.close());

// The first field with a sentence under it.
function wrong() {
  const field = dialog.querySelector(".error")?.closest(".field");
  field?.scrollIntoView({ block: "center" });
  field?.querySelector("input:checked, input, textarea")?.focus({ preventScroll: true });
}

function back() {
  const line = opener && document.getElementById(opener);
  (line?.matches("a") ? line : line?.querySelector("a, button"))?.focus({ preventScroll: true });
}
