// A quiz with script: each answer is sent as it is given. What did not arrive stays in this browser,
// says so, and is sent again when the connection is back; without script the buttons save. The look
// at all answers sends it first and hands nothing in until then; a result forgets what was left.
const form = document.querySelector("[data-quiz]");
const ended = document.querySelector("[data-ended]");
const owner = form?.elements.owner.value ?? ended?.dataset.owner ?? "";
const key = `quiz/${owner.split(":")[0]}/${form?.dataset.quiz ?? ended?.dataset.ended}`;
// The address of the look at all answers, on that page alone.
const check = form?.dataset.check;

// A browser may refuse to store anything: then all else still works.
const store = {
  get: () => { try { return JSON.parse(localStorage.getItem(key) ?? "{}"); } catch { return {}; } },
  set: (all) => { try { localStorage.setItem(key, JSON.stringify(all)); } catch { /* not kept */ } },
  drop: () => { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
};

// By the position of the question: {chosen, saves, late}. A late one says how many answers its
// screen knew of, so that it overwrites none from another device; one given right now counts. One
// that was not kept becomes {told}: the words wait until its question is on the screen.
const waiting = {};
let sending = null;
let pause = 2000;

const boxOf = (at) => form.querySelector(`[data-position="${CSS.escape(at)}"]`);
const unsent = (all = waiting) => Object.entries(all).filter(([, one]) => !one.told);
const chosenIn = (box) => box.dataset.chosen?.split(" ").filter(Boolean)
  ?? [...box.querySelectorAll("input:checked")].map((input) => input.value);
const same = (one, other) => JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
const savesOf = (at) => form.elements[`saves-${at}`];

function keep() {
  if (Object.keys(waiting).length) store.set(waiting);
  else store.drop();
}

function holdBack() {
  const line = form.querySelector("[data-waits]");
  if (line) line.textContent = unsent().length ? form.dataset.heldBack : "";
}

function say(at, words, tone = "no", link = null) {
  const line = boxOf(at)?.querySelector("[data-saved]");
  if (!line) return;
  line.textContent = words;
  line.className = `saved ${tone}`;
  if (!link) return;
  const a = document.createElement("a");
  a.href = link;
  a.textContent = form.dataset.signIn;
  line.append(" ", a);
}

function written(entries) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  for (const [at, one] of entries) {
    body.append(`saves-${at}`, one.late ? one.saves : "");
    for (const option of one.chosen) body.append(`answer-${at}`, option);
  }
  return body;
}

function take(at, sent, reply) {
  if (savesOf(at)) savesOf(at).value = reply.saves;
  if (!same(waiting[at]?.chosen ?? [], sent.chosen)) return;
  delete waiting[at];
  if (reply.newer && (check || !boxOf(at))) waiting[at] = { told: reply.words };
  else say(at, reply.words, reply.newer ? "no" : "yes");
}

// Whether everything that was waiting arrived: "kept" or "refused"; else nothing.
async function post() {
  const entries = structuredClone(unsent());
  const late = (words, link) => {
    for (const [at] of entries) {
      if (waiting[at]) waiting[at].late = true;
      say(at, words, "no", link);
    }
    return "";
  };
  try {
    const reply = await fetch(form.dataset.answers ?? form.action, {
      method: "POST",
      body: written(entries),
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(10_000),
    });
    if (![200, 401, 409].includes(reply.status)) return late(form.dataset.unsaved);
    const { answers, words, url } = await reply.json();
    if (reply.status === 401) return late(words, url);
    if (!answers) {
      for (const [at] of entries) { delete waiting[at]; say(at, words); }
      return "refused";
    }
    for (const [at, sent] of entries) {
      if (answers[at]) take(at, sent, answers[at]);
      else delete waiting[at];
    }
    return "kept";
  } catch {
    return late(form.dataset.unsaved);
  }
}

// One request at a time, so that answers arrive in the order they were given.
function send() {
  if (sending || !unsent().length) return;
  sending = post().then((arrived) => {
    sending = null;
    keep();
    holdBack();
    pause = arrived ? 2000 : Math.min(pause * 2, 60_000);
    if (unsent().length) setTimeout(send, arrived ? 0 : pause);
    else if (check && arrived === "kept") location.replace(check);
  });
}

function answered(box) {
  const at = box.dataset.position;
  waiting[at] = { chosen: chosenIn(box), saves: savesOf(at).value, late: false };
  keep();
  say(at, "");
  send();
}

// What the server does not have of a former visit, shown as it was chosen and sent once more.
function comeBack() {
  for (const [at, one] of Object.entries(Object.assign(waiting, store.get()))) {
    const box = boxOf(at);
    if (one.told) {
      if (box) { say(at, one.told); delete waiting[at]; }
      continue;
    }
    one.late = true;
    if (!box) continue;
    const isNewer = Number(savesOf(at).value) >= Number(one.saves);
    if (isNewer && same(one.chosen, chosenIn(box))) { delete waiting[at]; continue; }
    for (const input of box.querySelectorAll(".option input")) input.checked = one.chosen.includes(input.value);
    say(at, form.dataset.late);
  }
  keep();
  holdBack();
  send();
}

// Another tab may have kept an answer since this page was made.
function handsIn(event) {
  comeBack();
  if (!unsent().length) return;
  event.preventDefault();
  event.stopPropagation();
}

if (check) {
  comeBack();
  window.addEventListener("online", send);
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.replace(check); });
  form.addEventListener("submit", handsIn);
} else if (form) {
  comeBack();
  form.addEventListener("change", (event) => answered(event.target.closest("[data-position]")));
  window.addEventListener("online", send);
  form.addEventListener("submit", (event) => {
    if (sending) {
      event.preventDefault();
      const { submitter } = event;
      sending.then(() => form.requestSubmit(submitter));
      return;
    }
    for (const [at, one] of Object.entries(waiting)) if (!one.late && savesOf(at)) savesOf(at).value = "";
  });
}

if (ended && Object.keys(store.get()).length) {
  if (unsent(store.get()).length) ended.textContent = ended.dataset.left;
  store.drop();
}
