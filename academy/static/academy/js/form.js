// A form that came back with mistakes: the summary gets the focus and the title says so.
const summary = document.querySelector(".error-summary");
if (summary) summary.focus();

// A second click on a button sends nothing again. The button stays enabled, so that its value is
// sent and the back button finds it as it was.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});
