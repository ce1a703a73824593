// Pop-ups with an address: links and buttons with data-dialog open in a dialog over the page; without it, as a page.
(function () {
  const own = document.currentScript;
  if (own?.hasAttribute("data-forget-selection")) forgetSelection();
  const PHONE = window.matchMedia("(max-width: 40rem)");
  const popup = document.createElement("dialog");
  popup.id = "popup";
  popup.className = "popup popup-wide";
  popup.setAttribute("aria-labelledby", "popup-title");
  document.body.append(popup);

  // What was ticked is done with once its job is there.
  function forgetSelection() {
    try {
      Object.keys(sessionStorage).filter((key) => key.startsWith("selection:")).forEach((key) => sessionStorage.removeItem(key));
    } catch { /* without storage nothing was kept */ }
  }

  let opener = null;
  function open(method, address, values, from) {
    opener = from;
    window.htmx.ajax(method, address, { target: popup, swap: "innerHTML", values });
  }
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== popup) return;
    if (!popup.open) popup.showModal();
    popup.querySelector("#popup-title")?.focus();
  });
  popup.addEventListener("close", () => {
    popup.replaceChildren();
    if (opener?.isConnected) opener.focus();
    opener = null;
  });
  // A click on the ground beside the dialog hits the dialog itself. Escape closes by itself.
  popup.addEventListener("click", (event) => {
    if (event.target !== popup && !event.target.closest("[data-dialog-close]")) return;
    event.preventDefault();
    popup.close();
  });

  const isPlain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (!link || PHONE.matches || !isPlain(event)) return;
    event.preventDefault();
    open("GET", link.href, {}, link);
  });
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.hasAttribute("data-dialog") || PHONE.matches) return;
    event.preventDefault();
    // Always posted: some hundred ids do not fit into an address.
    open("POST", button.formAction, valuesOf(new FormData(event.target)), button);
  });
  function valuesOf(data) {
    const values = {};
    for (const name of new Set(data.keys())) {
      const all = data.getAll(name);
      values[name] = all.length > 1 ? all : all[0];
    }
    return values;
  }
})();
