// The list: ticked rows that survive paging, menus and typing that survive a swap, and the new count said aloud.
(function () {
  const $ = (selector) => document.querySelector(selector);
  const ALL = "all";

  // --- Selection: ids (or ALL) kept for this tab, by account and filters -------------------------------------------
  const key = () => `selection:${$("#list").dataset.selection}`;
  function selected() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(key()) ?? "[]");
      return kept === ALL ? ALL : new Set(kept);
    } catch { return new Set(); }
  }
  function keep(selection) {
    try {
      if (selection !== ALL && !selection.size) sessionStorage.removeItem(key());
      else sessionStorage.setItem(key(), JSON.stringify(selection === ALL ? ALL : [...selection]));
    } catch { /* without storage the selection lasts for one page */ }
    show(selection);
  }
  const boxes = () => [...document.querySelectorAll('.numbers input[name="ids"]')];

  function show(selection) {
    const bar = $("#selection");
    if (!bar) return;
    const rows = boxes();
    rows.forEach((box) => { box.checked = selection === ALL || selection.has(box.value); });
    const onPage = rows.filter((box) => box.checked).length;
    const head = $("#select-page");
    if (head) {
      head.checked = rows.length > 0 && onPage === rows.length;
      head.indeterminate = onPage > 0 && onPage < rows.length;
    }
    const count = selection === ALL ? $("#match-total").textContent.trim() || "All" : selection.size.toLocaleString("en-US");
    // An attribute, no class: htmx gives elements with an id their classes back some time after a swap.
    bar.toggleAttribute("data-open", selection === ALL || selection.size > 0);
    bar.querySelector("[data-selection-count]").textContent = count;
    bar.querySelector("[data-select-all]").hidden = selection === ALL;
    const all = bar.querySelector("[data-all-matching]");
    all.disabled = selection !== ALL;
  }

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.id === "select-page") return tick(boxes(), box.checked);
    if (box.name === "ids" && box.closest(".numbers")) tick([box], box.checked);
  });
  let lastTicked = null;
  document.addEventListener("click", (event) => {
    const box = event.target.closest('.numbers input[name="ids"]');
    if (box) {
      if (event.shiftKey && lastTicked) tick(between(lastTicked, box), box.checked);
      lastTicked = box;
    } else if (event.target.closest("[data-select-all]")) {
      keep(ALL);
      window.portal.say(`All ${$("#match-total").textContent.trim()} numbers that match are selected`);
    } else if (event.target.closest("[data-select-none]")) {
      keep(new Set());
      window.portal.say("Nothing is selected");
      $("#select-page")?.focus();
    }
  });
  function between(one, other) {
    const rows = boxes();
    const [from, to] = [rows.indexOf(one), rows.indexOf(other)].sort((a, b) => a - b);
    return from < 0 ? [] : rows.slice(from, to + 1);
  }
  // Unticking one of "all that match" leaves the ticked rows of this page: the rest cannot be named one by one.
  function tick(changed, isTicked) {
    const selection = selected();
    const next = selection === ALL ? new Set(boxes().map((box) => box.value)) : selection;
    changed.forEach((box) => (isTicked ? next.add(box.value) : next.delete(box.value)));
    keep(next);
  }

  // Some hundred ids do not fit into an address: then the form is posted.
  const MANY = 100;
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "selection") return;
    const selection = selected();
    event.target.method = selection !== ALL && selection.size > MANY ? "post" : "get";
  });
  // The ids that are ticked on other pages go with the form; for ALL the filters go instead of ids.
  document.addEventListener("formdata", (event) => {
    if (event.target.id !== "selection") return;
    event.formData.delete("ids");
    const selection = selected();
    if (selection !== ALL) selection.forEach((id) => event.formData.append("ids", id));
    if (event.target.method === "post") event.formData.append("csrfmiddlewaretoken", csrfToken());
  });

  const csrfToken = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

  // --- A swap keeps open menus, the place of the cursor and what was typed meanwhile --------------------------------
  let before = null;
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "list") return;
    const active = document.activeElement;
    before = {
      id: active?.closest("#list") ? active.id : "",
      typed: active?.matches("#q, #area") ? active.value : null,
      caret: active?.matches("#q, #area") ? active.selectionEnd : null,
      open: [...document.querySelectorAll("#list details[open]")].map((menu) => menu.id),
      scrolled: $("#list .table-frame")?.scrollLeft ?? 0,
    };
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const id = event.detail.target?.id;
    if (id === "list" && before) restore(before);
    if (id === "list" || id === "chips") refresh();
    before = null;
  });
  function restore(kept) {
    kept.open.forEach((id) => { const menu = document.getElementById(id); if (menu) menu.open = true; });
    const frame = $("#list .table-frame");
    if (frame) frame.scrollLeft = kept.scrolled;
    const field = kept.id && document.getElementById(kept.id);
    if (field && kept.typed !== null) field.value = kept.typed;
    const focus = field || $("#list h1");
    if (focus && kept.id && document.activeElement !== focus) {
      if (!field) focus.tabIndex = -1;
      focus.focus({ preventScroll: true });
    }
    if (field && kept.caret !== null) field.setSelectionRange(kept.caret, kept.caret);
  }
  // What was typed during a request is asked for as soon as htmx listens to the new field, and once only.
  let asked = null;
  document.addEventListener("input", (event) => { if (event.isTrusted && event.target.id === "q") asked = null; });
  document.body.addEventListener("htmx:afterSettle", () => {
    const search = $("#q");
    if (!search || document.activeElement !== search || search.value === search.defaultValue) return;
    if (search.value === asked) return;
    asked = search.value;
    search.dispatchEvent(new Event("input", { bubbles: true }));
  });
  function refresh() {
    if (!$("#list")) return;
    show(selected());
    const words = $("#total")?.dataset.announce ?? $("#list").dataset.announce;
    if (words && words !== said) window.portal.say(words);
    said = words;
  }
  let said = $("#list")?.dataset.announce;

  // Leaving the search field is no new search: htmx has already sent what was typed.
  document.addEventListener("change", (event) => { if (event.target.id === "q") event.stopPropagation(); }, true);

  // --- New readings show by themselves, unless somebody is busy with the page; no change is answered with 204 --------
  function poll() {
    const list = $("#list");
    if (!list) return;
    setTimeout(poll, Number(list.dataset.pollSeconds) * 1000);
    const isBusy = document.hidden || document.activeElement?.matches("#list input:not([type=checkbox])")
      || $("dialog[open], #list details[open], #list.htmx-request, #list .htmx-request")
      || !document.getSelection().isCollapsed;
    if (isBusy) return;
    const address = new URL(list.dataset.poll, window.location.href);
    address.searchParams.set("poll", list.dataset.version);
    list.toggleAttribute("data-polling", true);
    htmx.ajax("GET", address.pathname + address.search, { source: list, target: list, swap: "outerHTML" })
      .finally(() => list.toggleAttribute("data-polling", false));
  }
  if ($("#list")) setTimeout(poll, Number($("#list").dataset.pollSeconds) * 1000);

  document.addEventListener("htmx:historyRestore", () => $("#list") && show(selected()));
  window.addEventListener("pageshow", () => $("#list") && show(selected()));
  if ($("#list")) show(selected());
})();
