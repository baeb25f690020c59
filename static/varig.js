/* varig.js – the little script Varig has. Every page works without it.
   Shortcuts are off where <body data-shortcuts="off">, and never act while a field has focus. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* htmx: the CSRF token goes with every change. */
  document.addEventListener("htmx:configRequest", (event) => {
    const token = $("input[name=csrfmiddlewaretoken]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
  });

  /* Each write from a window has an order, so that a slow one never undoes a later one. */
  const next = (input) => { input.value = Number(input.value || 0) + 1; };
  document.addEventListener("htmx:configRequest", (event) => {
    const order = event.detail.verb !== "get" && $("input[data-order]");
    if (!order) return;
    next(order);
    event.detail.parameters[order.name] = order.value;
  });
  document.addEventListener("submit", (event) => all("input[data-order]", event.target).forEach(next));

  /* An answer begun from the last kartlegging says whether it has been changed. */
  all("[data-compare-tag]").forEach((tag) => {
    const group = tag.closest("[data-compare]");
    const state = () => all("input, textarea", group).map((f) => (f.type === "radio" ? f.checked : f.value)).join("\u0000");
    const before = state();
    const tell = () => {
      const same = state() === before;
      tag.textContent = same ? tag.dataset.same : tag.dataset.changed;
      tag.dataset.color = same ? "neutral" : "info";
    };
    group.addEventListener("input", tell);
    tell();
  });

  /* Focus the error summary when a form has errors. */
  const focusErrors = (root) => {
    const summary = $(".ds-error-summary[data-focus]", root);
    if (summary) summary.focus();
  };

  /* A line of the summary leads into the field itself, not only to its place on the page. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".ds-error-summary a[href^='#']");
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    (field.closest(".ds-field, fieldset") || field).scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });

  /* A form is sent once. The button is never disabled: the server decides, and after
     some seconds the form may be sent again. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (event.submitter?.formTarget === "_blank") return; /* a preview beside the form */
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), 5000);
  });
  const release = (form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  };
  addEventListener("pageshow", () => all("form[data-sent]").forEach(release));

  /* Filters apply as they are chosen; without script there is a button. */
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && "auto" in form.dataset) form.requestSubmit();
  });

  /* Long text grows with what is written, and tells how much is left. */
  const grow = (area) => {
    if (!CSS.supports("field-sizing", "content")) {
      area.style.height = "auto"; /* set through the CSSOM, which the CSP allows */
      area.style.height = `${area.scrollHeight + 2}px`;
    }
    const limit = Number(area.dataset.count);
    const counter = limit && document.getElementById(`${area.id}_count`);
    if (!counter) return;
    const left = limit - [...area.value].length;
    const words = left < 0 ? counter.dataset.over : counter.dataset.left;
    counter.textContent = words.replace("%d", Math.abs(left));
    counter.toggleAttribute("data-over-now", left < 0);
  };
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) grow(event.target);
  });

  /* Keep what is typed in a form as a draft shortly after the last key press, and when the user
     leaves the page. The page says when it was kept, and if it was not, it tries again and asks
     before it is left. See accounts/drafts.py. */
  const waiting = new WeakMap(); /* form -> the timer that will keep it */
  const unkept = new Set(); /* forms with text that is nowhere but on the page */
  const barOf = (form) => form && form.method === "post" && $("[data-draft]", form);
  const later = (form, ms) => {
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(keep, ms, form));
  };
  const keep = async (form, leaving = false) => {
    clearTimeout(waiting.get(form));
    waiting.delete(form);
    const bar = barOf(form);
    next($("[data-draft-order]", form));
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (typeof value !== "string") body.delete(name);
    let status = 0;
    let answer = {};
    try {
      const sent = await fetch(bar.dataset.draft, { method: "POST", body, keepalive: leaving, redirect: "manual" });
      status = sent.status;
      answer = await sent.json();
    } catch { /* no answer: the text below says so */ }
    const kept = status === 200 || status === 401;
    const words = { 200: bar.dataset.saved, 401: "", 403: bar.dataset.elsewhere, 409: bar.dataset.elsewhere, 413: bar.dataset.long };
    const text = (words[status] ?? bar.dataset.lost).replace("%s", answer.clock || "");
    if (status !== 200 || answer.clock) $("[data-draft-status]", form).textContent = text;
    $("[data-draft-out]", form).hidden = status !== 401;
    if (answer.clock) $("[data-draft-discard]", form).hidden = false;
    if (answer.csrf) all("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = answer.csrf; });
    bar.toggleAttribute("data-failed", !kept);
    if (kept && !waiting.has(form)) unkept.delete(form);
    if (!kept && !(status in words)) later(form, 10000);
  };
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!barOf(form) || form.dataset.sent) return;
    unkept.add(form);
    later(form, 800);
  });
  addEventListener("pagehide", () => {
    for (const form of unkept) if (!form.dataset.sent) keep(form, true);
  });
  addEventListener("beforeunload", (event) => {
    if ([...unkept].some((form) => !form.dataset.sent && $("[data-failed]", form))) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    clearTimeout(waiting.get(event.target));
    waiting.delete(event.target);
    unkept.delete(event.target);
    all("[data-draft-order]", event.target).forEach(next);
  });

  const ready = (root) => {
    focusErrors(root);
    all("textarea", root).forEach(grow);
    all("[data-print]", root).forEach((button) => { button.hidden = false; });
  };
  document.addEventListener("DOMContentLoaded", () => ready(document));
  document.addEventListener("htmx:afterSettle", (event) => ready(event.detail.elt));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });

  /* A popover that a link has filled opens beside the link: why a number on the waiting list. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const popover = event.detail.target;
    if (popover.matches("[popover][data-fill]")) {
      popover.hidePopover();
      popover.showPopover({ source: event.detail.requestConfig.elt });
    }
  });

  /* «Velg alle» in a table's head */
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-check-all]")) return;
    const table = event.target.closest("table");
    all("tbody input[type=checkbox]", table).forEach((box) => { box.checked = event.target.checked; });
  });

  /* Keyboard */
  const typing = (element) =>
    element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  const step = (by) => {
    const rows = all("[data-rows] > *").filter((row) => row.offsetParent);
    if (!rows.length) return false;
    const now = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[Math.min(Math.max(now + by, 0), rows.length - 1)];
    /* The row's next step takes the focus, so that Enter does it. */
    const action = $("[data-next], .v-flag__act :is(a, button)", next) || $("a[href], button", next);
    if (action) action.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  };
  let went = 0;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = event.target.closest("form[method=post]");
      if (form) form.requestSubmit($("[type=submit]:not([data-variant])", form) || undefined);
      return;
    }
    if (document.body.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) return;
    const key = event.key.toLowerCase();
    const help = document.getElementById("hjelp");
    if (went && Date.now() - went < 1500) {
      went = 0;
      const link = /^[a-zæøå]$/.test(key) && $(`a[data-shortcut="${key}"]`);
      if (link) location.assign(link.href);
    } else if (key === "g") {
      went = Date.now();
    } else if (key === "/") {
      const search = $(".v-top input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    } else if (key === "j" || key === "k") {
      if (step(key === "j" ? 1 : -1)) event.preventDefault();
    } else if (key === "?" && help) {
      event.preventDefault();
      help.togglePopover();
    }
  });
})();
