// Drag a lesson or module by its grip to another place. The buttons beside it do the same.
const table = document.querySelector("[data-arrange]");
const form = document.querySelector("[data-drop]");
const MARKS = ["outline-drop-before", "outline-drop-after"];
let dragged = null;

function unmark() {
  for (const row of table.querySelectorAll(`.${MARKS.join(", .")}`)) row.classList.remove(...MARKS);
}

function placeAt(event) {
  const row = event.target.closest("tr[data-page]");
  if (!dragged || !row || row === dragged) return null;
  if (dragged.dataset.kind === "lesson" && row.dataset.kind === "module") return { row, move: "into" };
  if (dragged.dataset.kind !== row.dataset.kind) return null;
  const box = row.getBoundingClientRect();
  return { row, move: event.clientY < box.top + box.height / 2 ? "before" : "after" };
}

if (table && form) {
  for (const grip of table.querySelectorAll("[data-grip]")) grip.draggable = true;
  table.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("tr[data-page]");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.page);
  });
  table.addEventListener("dragover", (event) => {
    const place = placeAt(event);
    unmark();
    if (!place) return;
    event.preventDefault();
    place.row.classList.add(place.move === "before" ? MARKS[0] : MARKS[1]);
  });
  table.addEventListener("drop", (event) => {
    const place = placeAt(event);
    if (!place) return;
    event.preventDefault();
    form.elements.page.value = dragged.dataset.page;
    form.elements.target.value = place.row.dataset.page;
    form.elements.move.value = place.move;
    form.submit();
  });
  table.addEventListener("dragend", () => {
    dragged = null;
    unmark();
  });
}
