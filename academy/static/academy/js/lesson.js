// What a lesson gains from script: notes that are not saved yet stay in this browser, the list of
// what is missing shrinks as parts are done, and the place on the page is remembered.
const article = document.querySelector("[data-lesson]");
const lesson = article?.dataset.lesson;

// A browser may refuse to store anything: then all else still works.
const store = {
  get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, value); return true; } catch { return false; } },
  drop: (key) => { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
};

// --- Notes -------------------------------------------------------------------------------------

// The signed owner keeps one person's text from another who uses the same browser. Its last part
// is a signature that changes, so only the part before it names the person.
const ownerOf = (form) => form.elements.owner.value.split(":")[0];
const keyOf = (form) => `note/${ownerOf(form)}/${lesson}/${form.dataset.reflection}`;

function say(form, words) {
  const line = form.querySelector("[data-saved]");
  line.textContent = words;
  line.classList.remove("yes");
  line.classList.toggle("no", Boolean(words));
}

function watchNote(form) {
  const { text: field, version } = form.elements;
  const saved = field.defaultValue;
  const kept = JSON.parse(store.get(keyOf(form)) ?? "null");
  const keep = () => store.set(keyOf(form), JSON.stringify({ text: field.value, version: version.value }));
  if (form.querySelector(".notice")) {
    keep(); // The server brought back a text that it could not save.
  } else if (kept && kept.text !== saved) {
    field.value = kept.text;
    version.value = kept.version; // So that a newer text from another device is not overwritten.
    say(form, form.dataset.kept);
  } else {
    store.drop(keyOf(form));
  }
  field.addEventListener("input", () => {
    if (field.value === saved) store.drop(keyOf(form));
    say(form, field.value !== saved && keep() ? form.dataset.unsaved : "");
  });
}

// --- What is missing -----------------------------------------------------------------------------

function crossOff() {
  const box = document.querySelector("[data-missing]");
  if (!box) return;
  for (const part of document.querySelectorAll(".part[data-done]")) {
    box.querySelector(`[data-part="${CSS.escape(part.id.replace("part-", ""))}"]`)?.remove();
  }
  if (box.querySelector("[data-part]")) return;
  box.remove();
  document.querySelector("[data-see-missing]")?.remove();
  document.querySelector("[data-when-done]")?.removeAttribute("hidden");
}

// --- The place on the page -------------------------------------------------------------------------

const places = () => [...article.querySelectorAll(".lesson-body > *")];
const placeKey = `place/${lesson}`;

function rememberPlace() {
  const at = places().findIndex((block) => block.getBoundingClientRect().bottom > 0);
  if (at > 1) store.set(placeKey, String(at));
  else store.drop(placeKey);
}

function offerPlace() {
  const block = places()[Number(store.get(placeKey))];
  const offer = article.querySelector("[data-resume]");
  if (!store.get(placeKey) || !block || !offer || location.hash) return;
  block.id ||= "resume";
  offer.querySelector("a").hash = block.id;
  offer.hidden = false;
}

if (article) {
  for (const form of article.querySelectorAll("[data-reflection]")) watchNote(form);
  document.addEventListener("htmx:afterSettle", crossOff);
  offerPlace();
  document.addEventListener("scrollend", rememberPlace);
  window.addEventListener("pagehide", rememberPlace);
}
