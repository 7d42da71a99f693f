// The facts of a case as a list of names and values.

import { make, mark, percent, problemName, strings, text, time } from "./page.js";

/** Metres between two positions some hundred metres apart. */
export function metresBetween(a, b) {
  const radians = Math.PI / 180;
  const east = (b.lon - a.lon) * radians * Math.cos(((a.lat + b.lat) / 2) * radians);
  return Math.hypot(east, (b.lat - a.lat) * radians) * 6371008.8;
}

export function drawFacts(list, detail) {
  const { labels } = strings;
  const found = detail.case;
  const view = detail.views[0];
  const rows = [
    [labels.place, placeOf(found.place, view)],
    [labels.seen, seenOf(found)],
    [labels.cell, found.cell ?? make("span", { class: "quiet" }, text.outside_grid)],
    [labels.responsible, found.responsible ?? "–"],
    [labels.due, dueOf(found.due_at)],
    [labels.rule, [found.code, found.rule, found.rule_version.slice(0, 6)].filter(Boolean).join(" · ")],
    [labels.source, view ? `${view.camera} · ${view.clip} · ${view.evidence ? view.evidence.time_s.toFixed(1) : view.first_s.toFixed(1)} s` : "–"],
  ];
  if (detail.neighbours.length) rows.push([labels.nearby, nearbyOf(found, detail.neighbours)]);
  list.replaceChildren(...rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

export function drawHistory(list, reviews) {
  list.hidden = reviews.length === 0;
  list.replaceChildren(...reviews.slice(-3).map((review) => {
    const reason = review.reason ? `: ${strings.reasons[review.reason] ?? review.reason}` : "";
    const line = make("span", {}, make("b", {}, review.reviewer), ` ${strings.decisions[review.decision]}${reason}`);
    if (review.note) line.append(" ", make("q", {}, review.note));
    return make("li", {}, make("time", {}, time(review.at)), line);
  }));
}

function placeOf(place, view) {
  if (!place) return make("span", { class: "warn" }, `${text.not_placed}${view?.not_placed ? `: ${view.not_placed}` : ""}`);
  const error = make("b", {}, ` ± ${place.error_m < 10 ? place.error_m.toFixed(1) : Math.round(place.error_m)} m`);
  const method = text[`method_${place.method}`] ?? place.method;
  return make("span", { title: method }, `${place.lat.toFixed(5)}, ${place.lon.toFixed(5)}`, error);
}

const number = (count, one, many) => `${count} ${count === 1 ? text[one] : text[many]}`;

function seenOf(found) {
  const often = make("span", { class: "quiet" }, ` · ${number(found.passes, "pass", "passes")}, ${number(found.sightings, "sighting", "sightings")}`);
  return make("span", {}, time(found.last_seen), often);
}

function dueOf(due) {
  if (!due) return make("span", { class: "quiet" }, text.none);
  const late = new Date(due) < new Date();
  return make("span", {}, time(due), late ? make("b", { class: "warn" }, ` ${text.overdue}`) : null);
}

function nearbyOf(found, neighbours) {
  const list = make("span", { class: "nearby" });
  for (const near of neighbours.slice(0, 3)) {
    const metres = found.place && near.place ? `${Math.round(metresBetween(found.place, near.place))} m` : "";
    const title = `${problemName(near.problem)}, ${strings.states[near.state]}, ${percent(near.confidence)}`;
    list.append(make("a", { href: `/cases/${near.id}`, title, target: "_blank", rel: "noopener" }, mark(near.problem), metres));
  }
  if (neighbours.length > 3) list.append(make("span", { class: "quiet" }, `+${neighbours.length - 3}`));
  return list;
}
