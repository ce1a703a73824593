// Dropping a file on the form, and a button that says that it works. Without this script the form works all the same.
(function () {
  const form = document.querySelector("[data-import-form]");
  if (!form) return;
  const box = form.querySelector(".import-drop");
  const input = form.querySelector("input[type=file]");
  ["dragenter", "dragover"].forEach((kind) => box.addEventListener(kind, (event) => {
    event.preventDefault();
    box.classList.add("is-over");
  }));
  ["dragleave", "drop"].forEach((kind) => box.addEventListener(kind, () => box.classList.remove("is-over")));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    button.disabled = true;
    button.textContent = "Uploading…";
    window.portal?.say("Uploading the file");
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
