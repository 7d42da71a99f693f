// All placed cases on the city's map.

import { get } from "./api.js";
import { CityMap, collection } from "./citymap.js";
import { make, mark, percent, problemName, stateChip, text } from "./page.js";

const by = (id) => document.getElementById(id);
const filter = by("map-filter");
const card = by("map-card");
if (innerWidth <= 720) by("map-panel").open = false;
const map = new CityMap(by("map"), { zoom: 14, onMove: () => later(load), onCase: open });

for (const slot of document.querySelectorAll(".mark-slot")) slot.append(mark(slot.dataset.problem));

let timer = null;
function later(action) {
  clearTimeout(timer);
  timer = setTimeout(action, 150);
}

function query(bounds) {
  const asked = new URLSearchParams();
  if (bounds) {
    const [west, south, east, north] = bounds;
    const box = [Math.max(-180, west), Math.max(-90, south), Math.min(180, east), Math.min(90, north)];
    asked.set("bbox", box.map((degrees) => degrees.toFixed(6)).join(","));
  }
  for (const [name, value] of new FormData(filter)) asked.append(name, value);
  return asked;
}

async function load() {
  const asked = query(map.bounds);
  if (!asked.has("problem") || !asked.has("state")) return draw(collection([]));
  draw(await get(`/map?${asked}`));
}

function draw(found) {
  const many = found.features.filter((one) => one.properties.cases);
  map.set("crowds", collection(many.map((one) => ({ ...one, properties: { label: short(one.properties.cases) } }))));
  if (many.length) {
    map.set("cases", collection([]));
    by("map-count").textContent = `${many.reduce((sum, one) => sum + one.properties.cases, 0)} ${text.on_map}`;
    return;
  }
  const features = found.features.map((one) => ({ ...one, properties: { ...one.properties, id: one.id } }));
  map.set("cases", collection(features));
  by("map-count").textContent = found.truncated ? text.truncated : `${features.length} ${text.on_map}`;
}

const short = (number) => (number < 1000 ? String(number) : number < 1e6 ? `${Math.round(number / 100) / 10}k` : `${Math.round(number / 1e5) / 10}M`);

function open(feature) {
  const { id, problem, state, confidence, error_m: error } = feature.properties;
  const head = make("p", {}, mark(problem), make("b", {}, problemName(problem)), stateChip(state));
  const facts = make("p", { class: "quiet" }, `${percent(confidence)} · ± ${Number(error).toFixed(1)} m`);
  card.replaceChildren(head, facts, make("a", { class: "button", href: `/cases/${id}` }, text.open_case));
  card.hidden = false;
}

function boundsOf(features) {
  const points = features.flatMap((one) => (one.geometry.type === "Point" ? [one.geometry.coordinates] : one.geometry.coordinates.flat(2)));
  if (!points.length) return null;
  const [lons, lats] = [points.map((point) => point[0]), points.map((point) => point[1])];
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}

filter.addEventListener("change", (event) => {
  if (event.target.id === "layer-zones") map.toggle(["zone-fill", "zone-line", "cells"], event.target.checked);
  else load();
});
filter.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => { if (event.key === "Escape") card.hidden = true; });

// First the whole of it: cases, or the zones where there is no case yet.
const [layers, all] = await Promise.all([map.layers(), get(`/map?${query([-180, -90, 180, 90])}`)]);
draw(all);
const bounds = boundsOf(all.features) ?? boundsOf(layers?.features ?? []);
if (bounds) map.fit(bounds, { left: innerWidth > 720 ? 270 : 60 });
