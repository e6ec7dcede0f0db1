// Arrow keys walk from the search box through the people found and back; Enter opens (it is a link).
const hits = () => [...document.querySelectorAll("#results a.hit")];

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const box = document.getElementById("q");
  const found = hits();
  const at = found.indexOf(document.activeElement);
  if ((at < 0 && document.activeElement !== box) || !found.length) return;
  event.preventDefault();
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  if (next < 0) box.focus();
  else found[Math.min(next, found.length - 1)].focus();
});

// Enter while the answer to these very words is shown opens the only person found.
document.getElementById("q")?.addEventListener("keydown", (event) => {
  const found = hits();
  if (event.key === "Enter" && found.length === 1 && !document.querySelector(".htmx-request")) {
    event.preventDefault();
    found[0].click();
  }
});
