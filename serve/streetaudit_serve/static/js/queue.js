// The review page: one case in view, the next one already loaded, one key for a clear case.

import { beacon, get, post } from "./api.js";
import { CaseMap } from "./casemap.js";
import { drawFacts, drawHistory } from "./facts.js";
import { listen } from "./keys.js";
import { notice } from "./notices.js";
import { Outbox } from "./outbox.js";
import { mark, percent, problemName, start, stateChip, strings, text } from "./page.js";
import { Viewer } from "./viewer.js";

const by = (id) => document.getElementById(id);
// The digit that is shown is the digit that counts.
const REASONS = [...document.querySelectorAll("#reasons [data-reason]")].map((button) => button.dataset.reason);
// The server takes 500 ids; older skips may come round again.
const MAX_SKIPS = 450;

const viewer = new Viewer();
const map = new CaseMap(by("map"));
let current = null;
let ahead = [];
let claiming = null;
let isChoosing = false;
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

const held = () => [current, ...ahead].filter(Boolean).map((detail) => detail.case.id);

/** Keeps one case loaded ahead; the promise resolves when there is one or none is left. */
function prefetch() {
  if (ahead.length || claiming) return claiming ?? Promise.resolve();
  const skip = [...held(), ...outbox.cases, ...skipped.slice(-MAX_SKIPS)];
  claiming = post("/queue/claim", { skip, states: start.states, problems: start.problems })
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

function decide(decision, reason = null) {
  if (!isSeen()) return;
  const body = { decision, reason, note: by("note").value.trim(), expected_version: current.case.version };
  outbox.push({ id: current.case.id, body });
  count(1, ["candidate", "reopened"].includes(current.case.state) ? -1 : 0);
  advance();
}

function skip() {
  if (!current || isBusy) return;
  skipped.push(current.case.id);
  post(`/cases/${current.case.id}/release`).catch(failed);
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

function startChoosing() {
  if (!current) return;
  isChoosing = true;
  by("reasons").classList.add("open");
  by("dismiss").setAttribute("aria-expanded", "true");
  by("saving").textContent = text.choose_reason;
}

function stopChoosing() {
  isChoosing = false;
  by("reasons").classList.remove("open");
  by("dismiss").setAttribute("aria-expanded", "false");
  if (by("saving").textContent === text.choose_reason) by("saving").textContent = "";
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
    d: startChoosing,
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
    digit(number) { if (isChoosing && REASONS[number - 1]) decide("dismiss", REASONS[number - 1]); },
    escape(event) {
      if (!by("help").hidden) help();
      stopChoosing();
      event.target.blur?.();
    },
  },
);

by("confirm").addEventListener("click", () => decide("confirm"));
by("dismiss").addEventListener("click", () => (isChoosing ? stopChoosing() : startChoosing()));
by("defer").addEventListener("click", () => decide("defer"));
by("skip").addEventListener("click", skip);
by("undo").addEventListener("click", undo);
by("undo-empty").addEventListener("click", undo);
by("help-button").addEventListener("click", help);
by("reasons").addEventListener("click", (event) => {
  const reason = event.target.closest("[data-reason]")?.dataset.reason;
  if (reason) decide("dismiss", reason);
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
