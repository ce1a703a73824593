// The enrollment form: drafts saved while typing, and a field to draw a signature in. Everything works without it.
(() => {
  "use strict";
  const AUTOSAVE_AFTER = 2000; // milliseconds without a key

  // Signing in again in another tab changes the token of forms; the cookie holds the one that counts now.
  function freshToken(form) {
    const cookie = document.cookie.split("; ").find((part) => /^(__Host-csrf|csrftoken)=/.test(part));
    const field = form.querySelector("[name=csrfmiddlewaretoken]");
    if (cookie && field) field.value = cookie.slice(cookie.indexOf("=") + 1);
  }

  function watchForm(form) {
    const told = form.querySelector("[data-saved]");
    const version = form.querySelector("[name=version]");
    let timer, sending = false, dirty = false, stopped = false;

    function tell(words) { if (told) told.textContent = words; }

    async function save() {
      if (sending || stopped || !dirty) return;
      sending = true;
      dirty = false;
      freshToken(form);
      const data = new FormData(form);
      data.delete("proof");
      data.set("go", "auto");
      try {
        const answer = await fetch(form.action, { method: "POST", body: data, keepalive: document.hidden });
        await hear(answer);
      } catch {
        dirty = true;
        tell("Not saved: the portal could not be reached. It is tried again as you type.");
      } finally {
        sending = false;
      }
    }

    async function hear(answer) {
      if (answer.status === 401) {
        tell("You were signed out. Press Save draft: you sign in again and nothing you typed is lost.");
        stopped = true;
      } else if (answer.status === 409) {
        const { conflict } = await answer.json();
        tell(`${conflict} saved this step in the meantime. Press Save and continue to see both texts.`);
        stopped = true;
      } else if (answer.ok) {
        const saved = await answer.json();
        version.value = saved.version;
        tell(`Draft saved at ${saved.saved_at}`);
      }
    }

    form.addEventListener("input", () => {
      dirty = true;
      clearTimeout(timer);
      timer = setTimeout(save, AUTOSAVE_AFTER);
    });
    form.addEventListener("submit", () => {
      stopped = true;
      clearTimeout(timer);
      freshToken(form);
    });
    document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
    // The back button brings the page back with an older version; the server is asked which one is current.
    window.addEventListener("pageshow", (event) => { if (event.persisted && !dirty) window.location.reload(); });
    countNo(form);
  }

  function countNo(form) {
    const warning = form.querySelector("[data-many-no]");
    if (!warning) return;
    const count = () => { warning.hidden = form.querySelectorAll('input[value="no"]:checked').length < 2; };
    form.addEventListener("change", count);
    count();
  }

  function watchPad(form) {
    const pad = form.querySelector("[data-pad]");
    const field = form.querySelector("[name=drawing]");
    const pen = pad.getContext("2d");
    let drawing = false, hasInk = false;
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#10223a";

    function place(event) {
      const box = pad.getBoundingClientRect();
      return [(event.clientX - box.left) * (pad.width / box.width), (event.clientY - box.top) * (pad.height / box.height)];
    }
    pad.addEventListener("pointerdown", (event) => {
      pad.setPointerCapture(event.pointerId);
      drawing = hasInk = true;
      pen.beginPath();
      pen.moveTo(...place(event));
      pen.lineTo(...place(event));
      pen.stroke();
    });
    pad.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      pen.lineTo(...place(event));
      pen.stroke();
    });
    for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => { drawing = false; });
    form.querySelector("[data-pad-clear]").addEventListener("click", () => {
      pen.clearRect(0, 0, pad.width, pad.height);
      hasInk = false;
      window.portal.say("The drawing is cleared.");
    });
    form.addEventListener("submit", () => {
      freshToken(form);
      field.value = hasInk ? pad.toDataURL("image/png") : "";
    });
  }

  document.querySelectorAll("[data-enroll-form]").forEach(watchForm);
  document.querySelectorAll("[data-signing]").forEach(watchPad);
})();
