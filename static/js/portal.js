// The frame: hotkey for the search, theme switch, menus that close, copy buttons, a live region, htmx errors in words.
(function () {
  const root = document.documentElement;

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return closeMenus(null);
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const search = document.querySelector('[data-hotkey="/"]');
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (menu === except) return;
      const hadFocus = menu.contains(document.activeElement);
      menu.open = false;
      if (hadFocus && except === null) menu.querySelector("summary").focus();
    });
  }
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu") ?? undefined));

  document.querySelectorAll("[data-theme-switch]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.bsTheme); } catch { /* a private window forgets the choice */ }
      document.dispatchEvent(new CustomEvent("portal:theme"));
    });
  });

  // <button data-copy="+13035550142">: copies, and says so to everyone.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.classList.add("is-copied");
      setTimeout(() => button.classList.remove("is-copied"), 1500);
      say(`${button.dataset.copyName ?? button.dataset.copy} copied`);
    } catch {
      say("Copying was refused by the browser.");
    }
  });

  // Says a sentence to screen readers; other scripts call window.portal.say("12 numbers match").
  function say(words) {
    document.getElementById("live").textContent = words;
  }
  window.portal = { say };

  // A fragment that could not be fetched must not look like nothing happened.
  function notice(words) {
    const box = document.getElementById("messages");
    if (!box) return;
    const line = document.createElement("div");
    line.className = "notice is-spam";
    line.setAttribute("role", "alert");
    line.textContent = words;
    box.replaceChildren(line);
    line.scrollIntoView({ block: "nearest" });
  }
  const WORDS = {
    403: "You may not do that. Reload the page: your session or your role may have changed.",
    404: "This is no longer there. Reload the page.",
    409: "Someone changed this in the meantime. Reload the page to see how it stands now.",
    429: "Too many requests at once. Wait a moment and try again.",
  };
  // A request whose page or element goes away is given up by htmx, which then rejects a promise that nobody has.
  window.addEventListener("unhandledrejection", (event) => {
    if (event.reason === undefined) event.preventDefault();
  });

  // What a page asks for by itself every few seconds says nothing when it fails: the next time will do.
  const isPoll = (event) => /every/.test(event.detail.elt?.getAttribute?.("hx-trigger") ?? "");
  document.body.addEventListener("htmx:responseError", (event) => {
    if (isPoll(event)) return;
    notice(WORDS[event.detail.xhr.status] ?? "The portal could not answer. Try again; if it stays so, reload the page.");
  });
  document.body.addEventListener("htmx:sendError", (event) => {
    if (isPoll(event)) return;
    notice("The portal could not be reached. Check your connection and try again.");
  });
  document.body.addEventListener("htmx:timeout", (event) => {
    if (isPoll(event)) return;
    notice("The portal took too long to answer. Try again.");
  });

  // The strip of flagged numbers comes anew when it changes; a higher count is said aloud.
  let flagged = Number(document.getElementById("alert-strip")?.dataset.count ?? 0);
  document.body.addEventListener("htmx:afterSwap", () => {
    const count = Number(document.getElementById("alert-strip")?.dataset.count ?? 0);
    if (count > flagged) say(`${count.toLocaleString("en-US")} ${count === 1 ? "number is" : "numbers are"} flagged as spam`);
    flagged = count;
  });
})();
