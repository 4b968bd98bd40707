// Menus are <details> and work without this. It closes them on Escape, on a click elsewhere and
// when the focus leaves, and opens the ones marked data-open-wide where there is room beside.

const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const held = menu.contains(document.activeElement);
    menu.open = false;
    if (held) menu.querySelector("summary").focus();
  }
});

for (const happening of ["click", "focusin"]) {
  document.addEventListener(happening, (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
}

const wide = window.matchMedia("(width >= 60rem)");
const openWide = () => {
  if (!wide.matches) return;
  for (const part of document.querySelectorAll("details[data-open-wide]")) part.open = true;
};
wide.addEventListener("change", openWide);
document.addEventListener("htmx:afterSettle", openWide);
openWide();
