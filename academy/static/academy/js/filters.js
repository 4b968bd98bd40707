// After htmx has swapped the results: say how many there are. The focus stays on the link that was
// used, because every filter has an id; where that link is gone, it goes to the count.

document.addEventListener("htmx:afterSettle", () => {
  const count = document.querySelector("#results");
  const announce = document.querySelector("#announce");
  if (!count || !announce) return;
  announce.textContent = count.textContent.trim();
  if (document.activeElement === document.body) count.focus({ preventScroll: true });
});
