// `/` goes to the search box, Escape closes the account box; buttons with data-toggle show and hide what they opened.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const box = document.getElementById("q");
    event.preventDefault();
    if (box) box.focus();
    else location.href = "/";
  }
  if (event.key === "Escape") document.querySelector("details.me[open]")?.removeAttribute("open");
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggle]");
  if (button) {
    const box = document.getElementById(button.dataset.toggle);
    box.hidden = !box.hidden;
    button.setAttribute("aria-expanded", String(!box.hidden));
  }
  if (!event.target.closest("details.me")) document.querySelector("details.me[open]")?.removeAttribute("open");
});
