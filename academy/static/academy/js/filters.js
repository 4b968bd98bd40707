// After htmx has swapped the results: say how many there are, and open the filters again where
// there is room. The focus stays on the link that was used, because every filter has an id.
import { openWide } from "./menu.js";

document.addEventListener("htmx:afterSettle", () => {
  openWide();
  const count = document.querySelector("#results");
  const announce = document.querySelector("#announce");
  if (!count || !announce) return;
  announce.textContent = count.textContent.trim();
  if (document.activeElement === document.body) count.focus({ preventScroll: true });
});
