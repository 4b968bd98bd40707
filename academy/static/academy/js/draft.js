// A draft that saves itself: what changed is sent after a short pause and when the page is left.
// What did not arrive stays in this browser, says so, and is there again at the next visit.
const form = document.querySelector("[data-draft]");
const LEFT = "draft-sent";
const OWN = ["csrfmiddlewaretoken", "owner", "version"];

// A browser may refuse to store anything: then all else still works.
const store = {
  get: (key) => { try { return JSON.parse(localStorage.getItem(key) ?? "null"); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
  drop: (key) => { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
};

// The signed owner keeps one person's answers from another who uses the same browser. Its last part
// is a signature that changes, so only the part before it names the person.
const key = form && `draft/${form.elements.owner.value.split(":")[0]}/${form.dataset.draft}`;

// A form that was sent and led to another page has arrived.
const left = store.get(LEFT);
if (left && left !== key) store.drop(left);
store.drop(LEFT);

const written = () => {
  const data = new FormData(form);
  for (const name of OWN) data.delete(name);
  return new URLSearchParams(data).toString();
};

let saved = form && written();
let sending = null;
let stopped = false;
let timer = 0;
let pause = 1500;

function say(words, tone = "", link = null) {
  const line = form.querySelector("[data-saved]");
  line.textContent = words;
  line.className = `saved ${tone}`;
  if (!link) return;
  const a = document.createElement("a");
  a.href = link.url;
  a.textContent = link.label;
  line.append(" ", a);
}

const keep = () => store.set(key, { text: written(), version: form.elements.version.value });

function fill(text) {
  const kept = new URLSearchParams(text);
  for (const field of form.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const values = kept.getAll(field.name);
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else field.value = values[0] ?? "";
  }
}

function take(now, reply) {
  saved = now;
  form.elements.version.value = reply.version;
  if (written() !== now) return later();
  if (reply.right) store.drop(key);
  say(reply.words, reply.right ? "yes" : "no");
}

async function post(keepalive) {
  const now = written();
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(10_000),
      keepalive,
    });
    if (answer.status === 200) {
      pause = 1500;
      return take(now, await answer.json());
    }
    if (![401, 409].includes(answer.status)) throw new Error(answer.status);
    const reply = await answer.json();
    stopped = true;
    say(reply.words, "no", reply.url && reply);
  } catch {
    say(form.dataset.unsaved, "no");
    pause = Math.min(pause * 2, 60_000);
    later();
  }
}

// One request at a time, so that answers arrive in the order they were given.
function send(keepalive = false) {
  clearTimeout(timer);
  if (sending || stopped || written() === saved) return;
  say(form.dataset.saving);
  sending = post(keepalive).finally(() => { sending = null; });
}

function later() {
  clearTimeout(timer);
  if (!stopped) timer = setTimeout(send, pause);
}

function changed() {
  keep();
  if (stopped) return;
  say("");
  later();
}

function hand(event) {
  clearTimeout(timer);
  if (sending) {
    event.preventDefault();
    const { submitter } = event;
    sending.then(() => form.requestSubmit(submitter));
    return;
  }
  stopped = true;
  keep();
  store.set(LEFT, key);
}

function comeBack() {
  const kept = store.get(key);
  if (form.querySelector(".error-summary, .notice")) {
    keep(); // The server brought back what it could not save.
  } else if (kept && kept.text !== saved) {
    fill(kept.text);
    form.elements.version.value = kept.version; // So that a newer saving is not overwritten.
    say(form.dataset.kept, "no");
    later();
  } else {
    store.drop(key);
  }
}

if (form) {
  comeBack();
  form.addEventListener("input", changed);
  form.addEventListener("submit", hand);
  form.querySelector("[data-forget]")?.addEventListener("click", () => { stopped = true; store.drop(key); });
  window.addEventListener("online", () => send());
  window.addEventListener("pagehide", () => send(true));
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(true); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
