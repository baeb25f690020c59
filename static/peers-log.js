// peers-log.js – the peer's log: names on the button, and contacts that wait for coverage.
// Unsent contacts are kept in this browser's storage without names: the link's number, the choices
// and the short text. The rest of the page works without script.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const form = () => document.getElementById("logg-skjema");
  const bar = $("[data-queue]");
  if (!form()) return;
  const place = `varig-logg-${form().dataset.log}`;

  /* The chosen first name on the button and in the warning. */
  const name = () => {
    const page = form();
    const who = $("input[name=link]:checked", page);
    const missed = $("input[name=missed]", page).checked;
    const save = $("[data-save]", page);
    if (missed) save.textContent = save.dataset.missed;
    else if (who) save.textContent = save.dataset.text.replace("%s", who.dataset.name);
    else save.textContent = save.dataset.plain;
    const warning = $("[data-warning]", page);
    const reader = who ? who.dataset.name : warning.dataset.anyone;
    warning.textContent = warning.dataset.warning.replace("%s", reader);
  };
  document.addEventListener("change", (event) => {
    if (event.target.form === form()) name();
  });
  document.addEventListener("htmx:afterSettle", name);
  name();

  /* «Endre» in the sheet closes it; what was chosen is still on the form below. */
  document.addEventListener("click", (event) => {
    const change = event.target.closest("[popover] [data-close-sheet]");
    if (!change) return;
    event.preventDefault();
    change.closest("[popover]").hidePopover();
  });

  /* Remove the old error messages when the confirmation sheet opens. */
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "vis") return;
    const old = ".ds-error-summary, .ds-validation-message";
    form().querySelectorAll(old).forEach((one) => one.remove());
    form().querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
  });

  /* The queue */
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(place)) || [];
    } catch {
      return [];
    }
  };
  const write = (queue) => {
    if (queue.length) localStorage.setItem(place, JSON.stringify(queue));
    else localStorage.removeItem(place);
  };
  const tell = (text) => {
    bar.textContent = text;
    bar.hidden = !text;
  };
  const count = () => {
    const n = read().length;
    tell(n === 0 ? "" : n === 1 ? bar.dataset.one : bar.dataset.many.replace("%d", n));
  };
  let sending = false;
  const send = async () => {
    if (sending || !navigator.onLine || !read().length) return;
    sending = true;
    let error = "";
    try {
      for (const entry of read()) {
        const body = new URLSearchParams(entry);
        body.set("csrfmiddlewaretoken", $("input[name=csrfmiddlewaretoken]").value);
        const answer = await fetch(form().dataset.send, { method: "POST", body, redirect: "manual" });
        if (answer.status === 422) error = (await answer.json()).error;
        else if (!answer.ok) break; /* signed out, or our error: it waits */
        /* Read again: another tab may have added to it. */
        const id = new URLSearchParams(entry).get("client_id");
        write(read().filter((one) => new URLSearchParams(one).get("client_id") !== id));
      }
    } catch {
      /* Coverage was lost again; the rest stays in the queue. */
    } finally {
      sending = false;
    }
    if (error) tell(bar.dataset.error.replace("%s", error));
    else if (read().length) count();
    else tell(bar.dataset.sent);
  };

  /* Without coverage the form asks whether to keep it on the phone. */
  const sheet = document.getElementById("uten-dekning");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target !== form() || navigator.onLine) return;
    event.preventDefault();
    release();
    sheet.showPopover();
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.target !== form()) return;
    release();
    sheet.showPopover();
  });
  const release = () => {
    delete form().dataset.sent;
    form().removeAttribute("aria-busy");
  };
  document.addEventListener("htmx:afterRequest", release);
  $("[data-keep]", sheet).addEventListener("click", () => {
    const page = form();
    sheet.hidePopover();
    const missing = ["link", "channel"].find((field) => !$(`input[name=${field}]:checked`, page));
    if (missing) {
      $(`input[name=${missing}]`, page).focus();
      return;
    }
    const data = new URLSearchParams(new FormData(page));
    data.delete("csrfmiddlewaretoken");
    data.set("svar", "lagre");
    write([...read(), data.toString()]);
    page.reset();
    $("input[name=client_id]", page).value = crypto.randomUUID();
    name();
    $("textarea", page).dispatchEvent(new Event("input", { bubbles: true }));
    count();
    bar.scrollIntoView({ block: "center" });
  });
  addEventListener("online", send);
  count();
  send();
})();
