// The small map of one case: where it is, how sure that is, what else is near.

import { CityMap, casePoint, circle, collection } from "./citymap.js";

export class CaseMap {
  #map;

  constructor(box) {
    const zoom = Number(localStorage.getItem("map-zoom")) || 17.6;
    this.#map = new CityMap(box, { zoom, onMove: () => localStorage.setItem("map-zoom", this.#map.zoom.toFixed(2)) });
    this.#map.layers();
    this.#layer("layer-zones", ["zone-fill", "zone-line", "cells"]);
    this.#layer("layer-neighbours", ["near"]);
  }

  show(detail) {
    const { place } = detail.case;
    this.#map.box.classList.toggle("placeless", !place);
    this.#map.set("spot", collection(place ? [casePoint(detail.case)] : []));
    this.#map.set("error", collection(place ? [circle(place.lon, place.lat, Math.max(0.3, place.error_m))] : []));
    this.#map.set("near", collection(detail.neighbours.filter((near) => near.place).map(casePoint)));
    const seen = detail.views.filter((view) => view.place && detail.views.length > 1);
    this.#map.set("seen", collection(seen.map((view) => casePoint({ ...detail.case, place: view.place }))));
    if (place) this.#map.centre(place.lon, place.lat);
  }

  pick(done) { return this.#map.pick(done); }

  stopPicking() { this.#map.stopPicking(); }

  /** Shows where the hand put the case. */
  mark(place, problem) {
    this.#map.set("spot", collection([casePoint({ id: "", problem, state: "candidate", place })]));
    this.#map.set("error", collection([circle(place.lon, place.lat, place.error_m)]));
  }

  #layer(id, layers) {
    const box = document.getElementById(id);
    box.checked = localStorage.getItem(id) !== "off";
    const apply = () => this.#map.toggle(layers, box.checked);
    box.addEventListener("change", () => {
      localStorage.setItem(id, box.checked ? "on" : "off");
      apply();
    });
    document.addEventListener("map-repainted", apply);
    apply();
  }
}
