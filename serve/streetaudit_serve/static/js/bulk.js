// Many cases, all of them seen, one key: what is ticked is decided at one stroke, and taken back at one.

import { post } from "./api.js";
import { listen } from "./keys.js";
import { notice } from "./notices.js";
import { text } from "./page.js";

const by = (id) => document.getElementById(id);
const cards = () => [...document.querySelectorAll(".bulk-card:not(.gone)")];
const ticked = () => cards().filter((card) => card.querySelector("input").checked);
let isChoosing = false;
let isBusy = false;

function drawCount() { by("ticked").textContent = ticked().length; }

function choose(isOn) {
  isChoosing = isOn;
  by("reasons").classList.toggle("open", isOn);
  by("dismiss").setAttribute("aria-expanded", String(isOn));
}

async function decide(decision, reason = null) {
  const chosen = ticked();
  choose(false);
  if (!chosen.length || isBusy) return;
  isBusy = true;
  const cases = chosen.map((card) => ({ id: card.dataset.id, expected_version: Number(card.dataset.version) }));
  try {
    const { decided, changed } = await post("/bulk", { cases, decision, reason, note: by("note").value.trim() });
    for (const card of chosen) card.classList.toggle("gone", decided.includes(card.dataset.id));
    for (const card of chosen.filter((one) => changed.includes(one.dataset.id))) card.querySelector("input").checked = false;
    notice(`${decided.length} ${text.decided_together}`);
    if (changed.length) notice(`${changed.length} ${text.changed_meanwhile}`, { kind: "strong", stays: true });
  } catch (error) {
    notice(`${text.failed}: ${error.message}`, { kind: "strong", stays: true });
  }
  isBusy = false;
  drawCount();
}

async function undo() {
  try {
    await post("/undo");
    location.reload();
  } catch (error) {
    notice(error.status === 404 ? text.nothing_to_undo : `${text.failed}: ${error.message}`);
  }
}

if (by("grid")) {
  by("grid").addEventListener("change", drawCount);
  by("confirm").addEventListener("click", () => decide("confirm"));
  by("dismiss").addEventListener("click", () => choose(!isChoosing));
  by("defer").addEventListener("click", () => decide("defer"));
  by("undo").addEventListener("click", undo);
  const reasons = [...by("reasons").querySelectorAll("[data-reason]")];
  for (const button of reasons) button.addEventListener("click", () => decide("dismiss", button.dataset.reason));
  listen(
    { c: () => decide("confirm"), d: () => choose(true), f: () => decide("defer"), u: undo },
    {
      digit(number) { if (isChoosing && reasons[number - 1]) decide("dismiss", reasons[number - 1].dataset.reason); },
      escape() { choose(false); },
    },
  );
}
