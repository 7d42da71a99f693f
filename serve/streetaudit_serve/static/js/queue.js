// The review page: one case in view, the next one already loaded, one key for a clear case.

import { beacon, get, post } from "./api.js";
import { CaseMap } from "./casemap.js";
import { drawFacts, drawHistory, metresBetween } from "./facts.js";
import { listen } from "./keys.js";
import { notice } from "./notices.js";
import { Outbox } from "./outbox.js";
import { make, mark, percent, problemName, start, stateChip, strings, text, time } from "./page.js";
import { evidenceUrl } from "./api.js";
import { Viewer, otherNight } from "./viewer.js";

const by = (id) => document.getElementById(id);
// The server takes 500 ids; older skips may come round again.
const MAX_SKIPS = 450;

const viewer = new Viewer();
const map = new CaseMap(by("map"));
let current = null;
let ahead = [];
let claiming = null;
let choosing = null;
let pending = {};
let isBusy = false;
let skipped = [];
const counts = { ...start.counts };

const outbox = new Outbox({
  onChange(number, isStuck) {
    by("saving").textContent = number === 0 ? text.saved : isStuck ? `${text.not_saved} (${number})` : text.saving;
    by("saving").classList.toggle("stuck", isStuck);
  },
  onRefused(entry, error) {
    count(-1, 0);
    const link = `/cases/${entry.id}`;
    if (error.status === 401) return signedOut();
    const now = error.problem?.current;
    const last = now?.history.at(-1);
    const state = now ? `${strings.states[now.case.state]}${last ? ` (${last.reviewer})` : ""}.` : error.message;
    const message = error.status === 409 ? `${text.conflict} ${state}` : `${text.failed}: ${error.message}`;
    notice(message, { link, linkText: text.open_case, kind: "strong", stays: true });
  },
});

function count(decided, waiting) {
  counts.decided_today += decided;
  counts.waiting = Math.max(0, counts.waiting + waiting);
  drawCounts();
}

function drawCounts() {
  by("decided").textContent = counts.decided_today;
  by("waiting").textContent = counts.waiting;
  const all = counts.decided_today + counts.waiting;
  by("progress").setAttribute("width", all ? (100 * counts.decided_today) / all : 0);
}

function signedOut() {
  notice(text.signed_out, { link: `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, linkText: "→", kind: "strong", stays: true });
}

function failed(error) {
  if (error.status === 401) return signedOut();
  notice(`${text.failed}: ${error.message}`, { kind: "strong" });
}

const held = () => [current, ...ahead].filter((detail) => detail && !detail.second).map((detail) => detail.case.id);

/** Keeps one case loaded ahead; the promise resolves when there is one or none is left. */
function prefetch() {
  if (ahead.length || claiming) return claiming ?? Promise.resolve();
  const skip = [...[current, ...ahead].filter(Boolean).map((detail) => detail.case.id), ...outbox.cases, ...skipped.slice(-MAX_SKIPS)];
  claiming = post("/queue/claim", { ...start.wanted, skip })
    .then((detail) => {
      if (!detail) return;
      ahead.push(detail);
      viewer.preload(detail);
    })
    .catch(failed)
    .finally(() => { claiming = null; });
  return claiming;
}

function show(detail) {
  current = detail;
  stopChoosing();
  by("review").hidden = !detail;
  by("empty").hidden = Boolean(detail);
  by("actions").classList.toggle("idle", !detail);
  if (!detail) {
    by("again").hidden = skipped.length === 0;
    return;
  }
  const found = detail.case;
  by("mark").replaceChildren(mark(found.problem));
  by("problem").textContent = problemName(found.problem);
  by("state").replaceChildren(...(found.state === "candidate" ? [] : [stateChip(found.state)]));
  by("confidence").textContent = percent(found.confidence);
  by("confidence-bar").setAttribute("width", 100 * found.confidence);
  by("note").value = "";
  by("second").hidden = !detail.second;
  clearPending();
  drawSame(detail);
  by("review").classList.remove("comparing");
  by("compare").replaceChildren();
  document.title = `${problemName(found.problem)} · streetaudit`;
  drawFacts(by("facts"), detail);
  drawHistory(by("history"), detail.history);
  viewer.show(detail);
  map.show(detail);
}

async function advance() {
  isBusy = true;
  current = null;
  if (!ahead.length) await prefetch();
  isBusy = false;
  show(ahead.shift() ?? null);
  if (current) prefetch();
}

/** True when a person can have seen the evidence: nothing is decided on a picture that is not there yet. */
const isSeen = () => current && !isBusy && viewer.isPainted;

function decide(decision, { reason = null, duplicate_of = null, problem = null } = {}) {
  if (!isSeen()) return;
  if (current.second) return giveOpinion(decision, reason);
  const body = { decision, reason, duplicate_of, note: by("note").value.trim(), expected_version: current.case.version };
  if (decision === "confirm") Object.assign(body, { ...pending, problem: problem ?? pending.problem ?? null });
  if (reason === "wrong_class" && pending.box) body.box = pending.box;
  outbox.push({ id: current.case.id, body });
  count(1, ["candidate", "reopened"].includes(current.case.state) ? -1 : 0);
  advance();
}

/** A second person's word changes nothing: it is held against the first. */
function giveOpinion(decision, reason) {
  if (!["confirm", "dismiss"].includes(decision)) return notice(text.second_only);
  outbox.push({ id: current.case.id, path: `/cases/${current.case.id}/opinion`, body: { decision, reason } });
  skipped.push(current.case.id);
  advance();
}

function skip() {
  if (!current || isBusy) return;
  skipped.push(current.case.id);
  if (!current.second) post(`/cases/${current.case.id}/release`).catch(failed);
  advance();
}

async function undo() {
  if (isBusy) return;
  isBusy = true;
  try {
    await outbox.settled();
    const detail = await post("/undo");
    if (current) ahead.unshift(current);
    await post("/queue/heartbeat", { cases: [detail.case.id] });
    await refreshCounts();
    show(detail);
    notice(text.undone);
  } catch (error) {
    if (error.status === 404) notice(text.nothing_to_undo);
    else failed(error);
  } finally {
    isBusy = false;
  }
}

const CHOICES = { dismiss: "reasons", duplicate: "same", problem: "kinds" };
const ASKS = { dismiss: text.choose_reason, duplicate: text.choose_same, problem: text.choose_problem };

function startChoosing(what) {
  if (!current) return;
  stopChoosing();
  if (what !== "dismiss" && current.second) return notice(text.second_only);
  if (what === "duplicate" && !by("same").querySelector("button")) return notice(text.nothing_near);
  choosing = what;
  for (const id of Object.values(CHOICES)) {
    by(id).hidden = id !== CHOICES[what];
    by(id).classList.toggle("open", id === CHOICES[what]);
  }
  by("dismiss").setAttribute("aria-expanded", String(what === "dismiss"));
  by("saving").textContent = ASKS[what];
}

function stopChoosing() {
  choosing = null;
  for (const id of Object.values(CHOICES)) {
    by(id).hidden = id !== "reasons";
    by(id).classList.remove("open");
  }
  by("dismiss").setAttribute("aria-expanded", "false");
  if (Object.values(ASKS).includes(by("saving").textContent)) by("saving").textContent = "";
}

function choose(number) {
  const button = choosing && by(CHOICES[choosing]).querySelectorAll("button")[number - 1];
  if (!button) return;
  if (choosing === "dismiss") decide("dismiss", { reason: button.dataset.reason });
  else if (choosing === "duplicate") decide("duplicate", { duplicate_of: button.dataset.id });
  else decide("confirm", { problem: button.dataset.problem });
}

/** The cases nearby that this one may be the same as, nearest first. */
function drawSame(detail) {
  const near = detail.neighbours.filter((one) => !["duplicate", "dismissed"].includes(one.state)).slice(0, 9);
  by("same").replaceChildren(make("span", { class: "reasons-lead" }, make("kbd", {}, "X"), " +"), ...near.map((one, index) => {
    const metres = detail.case.place && one.place ? ` ${Math.round(metresBetween(detail.case.place, one.place))} m` : "";
    const button = make("button", { type: "button", "data-id": one.id }, make("kbd", {}, String(index + 1)), " ", mark(one.problem), `${problemName(one.problem)}${metres}`);
    button.addEventListener("click", () => { choosing = "duplicate"; choose(index + 1); });
    return button;
  }));
}

function setRight(what) {
  pending = { ...pending, ...what };
  const names = { box: text.box, place: text.place };
  by("pending").replaceChildren(...(Object.keys(pending).length
    ? [make("b", {}, text.set_right), " ", Object.keys(pending).map((key) => names[key]).join(", "), " ", make("kbd", {}, "Esc")] : []));
}

function drawBox() {
  if (!current || current.second) return;
  if (viewer.drawBox((box) => setRight({ box }))) notice(text.draw_box);
}

function pickPlace() {
  if (!current || current.second) return;
  const picked = map.pick((place) => {
    setRight({ place });
    map.mark(place, current.case.problem);
  });
  if (picked) notice(text.pick_place);
}

function clearPending() {
  pending = {};
  setRight({});
  viewer.stopDrawing();
  map.stopPicking();
}

/** The same spot on another night, beside the present view. */
function compare() {
  const box = by("compare");
  const other = current && otherNight(current);
  const isOn = by("review").classList.toggle("comparing", Boolean(other) && !by("review").classList.contains("comparing"));
  if (current && !other) notice(text.no_other_night);
  if (!isOn) return box.replaceChildren();
  const caption = other.missed ? `${time(other.seen_at)} · ${text.not_there}` : `${time(other.seen_at)} · ${other.camera}`;
  box.replaceChildren(make("img", { src: evidenceUrl(other.evidence.frame), alt: caption }), make("figcaption", {}, caption));
}

function help() {
  by("help").hidden = !by("help").hidden;
  by("help-button").setAttribute("aria-expanded", String(!by("help").hidden));
}

const repeating = (action) => Object.assign(action, { mayRepeat: true });
listen(
  {
    c: () => decide("confirm"),
    Enter: () => decide("confirm"),
    d: () => startChoosing("dismiss"),
    x: () => startChoosing("duplicate"),
    p: () => startChoosing("problem"),
    e: drawBox,
    g: pickPlace,
    v: compare,
    f: () => decide("defer"),
    u: undo,
    n: skip,
    s: skip,
    m: () => by("note").focus(),
    b: () => viewer.toggleBox(),
    "+": repeating(() => viewer.zoomIn()),
    "=": repeating(() => viewer.zoomIn()),
    "-": repeating(() => viewer.zoomOut()),
    0: () => viewer.fit(),
    "?": help,
    ArrowLeft: repeating(() => viewer.step(-1)),
    ArrowRight: repeating(() => viewer.step(1)),
  },
  {
    digit: choose,
    escape(event) {
      if (!by("help").hidden) help();
      if (!choosing) clearPending();
      stopChoosing();
      event.target.blur?.();
    },
  },
);

by("confirm").addEventListener("click", () => decide("confirm"));
by("dismiss").addEventListener("click", () => (choosing ? stopChoosing() : startChoosing("dismiss")));
for (const [id, action] of [["duplicate", () => startChoosing("duplicate")], ["kind", () => startChoosing("problem")], ["draw", drawBox], ["place", pickPlace], ["compare-button", compare]]) {
  by(id).addEventListener("click", action);
}
by("defer").addEventListener("click", () => decide("defer"));
by("skip").addEventListener("click", skip);
by("undo").addEventListener("click", undo);
by("undo-empty").addEventListener("click", undo);
by("help-button").addEventListener("click", help);
by("reasons").addEventListener("click", (event) => {
  const reason = event.target.closest("[data-reason]")?.dataset.reason;
  if (reason) decide("dismiss", { reason });
});
by("kinds").addEventListener("click", (event) => {
  const problem = event.target.closest("[data-problem]")?.dataset.problem;
  if (problem) decide("confirm", { problem });
});
by("again").addEventListener("click", () => {
  skipped = [];
  advance();
});

// A button that was clicked would take the next Enter or space: the keys belong to the case.
by("actions").addEventListener("click", (event) => event.target.closest("button")?.blur());

setInterval(() => {
  if (held().length) post("/queue/heartbeat", { cases: held() }).catch(() => {});
}, (start.lease_s / 3) * 1000);

/** The server's counts, unless decisions that it does not know of were made meanwhile. */
async function refreshCounts() {
  if (outbox.cases.length) return;
  const before = outbox.pushed;
  const found = await get("/counts").catch(() => null);
  if (!found || outbox.pushed !== before) return;
  Object.assign(counts, found);
  drawCounts();
}

setInterval(async () => {
  await refreshCounts();
  if (!current && !isBusy) advance();
}, 30000);

addEventListener("pagehide", () => { for (const id of held()) beacon(`/cases/${id}/release`); });
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

drawCounts();
show(start.first);
if (current) prefetch();
