// The city's map without tiles: zones, cells, cameras and cases on a plain ground, so that it works with no network.

import * as maplibre from "../vendor/maplibre-gl/maplibre-gl.mjs";
import { get } from "./api.js";
import { make, strings, text } from "./page.js";

const EMPTY = { type: "FeatureCollection", features: [] };
const EARTH_M = 6371008.8;
const radians = Math.PI / 180;

/** A colour of the style sheet as the map and the canvas understand it: light-dark() resolved. */
function rgb(name) {
  const probe = make("i", { class: "probe" });
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** A ring of positions so many metres around one. */
export function circle(lon, lat, radius_m) {
  const ring = [];
  for (let step = 0; step <= 64; step += 1) {
    const turn = (step / 64) * 2 * Math.PI;
    const north = (radius_m * Math.cos(turn)) / EARTH_M / radians;
    const east = (radius_m * Math.sin(turn)) / EARTH_M / radians / Math.cos(lat * radians);
    ring.push([lon + east, lat + north]);
  }
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}

/** Lines every so many metres around a position: the ground has a measure even where no zone is drawn. */
function grid(lon, lat, pitch_m) {
  const north = pitch_m / EARTH_M / radians;
  const east = north / Math.cos(lat * radians);
  const [x, y] = [Math.round(lon / east) * east, Math.round(lat / north) * north];
  const reach = 24;
  const lines = [];
  for (let i = -reach; i <= reach; i += 1) {
    const major = Math.round(x / east + i) % 5 === 0;
    const alsoMajor = Math.round(y / north + i) % 5 === 0;
    lines.push(line([[x + i * east, y - reach * north], [x + i * east, y + reach * north]], { major }));
    lines.push(line([[x - reach * east, y + i * north], [x + reach * east, y + i * north]], { major: alsoMajor }));
  }
  return { type: "FeatureCollection", features: lines };
}

const line = (coordinates, properties) => ({ type: "Feature", properties, geometry: { type: "LineString", coordinates } });


function style() {
  const tone = (no, yes, area) => ["match", ["get", "kind"], "no_parking", rgb(no), ["parking_permitted", "vending_permitted", "ad_permitted"], rgb(yes), rgb(area)];
  const source = (extra = {}) => ({ type: "geojson", data: EMPTY, ...extra });
  const zone = ["==", ["get", "layer"], "zone"];
  const isArea = ["in", ["get", "kind"], ["literal", ["patrol_area", "privacy_mask"]]];
  return {
    version: 8,
    sources: {
      grid: source(), city: source(), near: source(), spot: source(), error: source(), seen: source(), crowds: source(),
      cases: source({ cluster: true, clusterRadius: 36, clusterMaxZoom: 15 }),
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": rgb("--map-ground") } },
      { id: "grid", type: "line", source: "grid", paint: { "line-color": rgb("--map-grid"), "line-width": ["case", ["get", "major"], 1.1, 0.5] } },
      { id: "cells", type: "line", source: "city", filter: ["==", ["get", "layer"], "cell"], paint: { "line-color": rgb("--map-cell"), "line-width": 1, "line-dasharray": [4, 3] } },
      { id: "zone-fill", type: "fill", source: "city", filter: ["all", zone, ["!", isArea]], paint: { "fill-color": tone("--zone-no", "--zone-yes", "--zone-area"), "fill-opacity": 0.16 } },
      { id: "zone-line", type: "line", source: "city", filter: zone, paint: { "line-color": tone("--zone-no", "--zone-yes", "--zone-area"), "line-width": ["case", isArea, 1, 1.6] } },
      { id: "cone", type: "fill", source: "city", filter: ["==", ["get", "layer"], "cone"], paint: { "fill-color": rgb("--accent"), "fill-opacity": 0.14 } },
      { id: "camera", type: "circle", source: "city", filter: ["==", ["get", "layer"], "camera"], paint: { "circle-radius": 5, "circle-color": rgb("--panel"), "circle-stroke-color": rgb("--accent"), "circle-stroke-width": 2.5 } },
      { id: "error-fill", type: "fill", source: "error", paint: { "fill-color": rgb("--accent"), "fill-opacity": 0.12 } },
      { id: "error-line", type: "line", source: "error", paint: { "line-color": rgb("--accent"), "line-width": 1.5, "line-dasharray": [3, 2] } },
      { id: "near", type: "symbol", source: "near", layout: { "icon-image": ["concat", "small:", ["get", "problem"]], "icon-allow-overlap": true }, paint: { "icon-opacity": ["match", ["get", "state"], ["dismissed", "resolved", "duplicate"], 0.45, 1] } },
      { id: "seen", type: "circle", source: "seen", paint: { "circle-radius": 2.5, "circle-color": rgb("--accent"), "circle-stroke-color": rgb("--panel"), "circle-stroke-width": 1 } },
      { id: "crowds", type: "symbol", source: "crowds", layout: { "icon-image": ["concat", "count:", ["get", "label"]], "icon-allow-overlap": true } },
      { id: "clusters", type: "symbol", source: "cases", filter: ["has", "point_count"], layout: { "icon-image": ["concat", "count:", ["get", "point_count_abbreviated"]], "icon-allow-overlap": true } },
      { id: "cases", type: "symbol", source: "cases", filter: ["!", ["has", "point_count"]], layout: { "icon-image": ["concat", "mark:", ["get", "problem"]], "icon-allow-overlap": true }, paint: { "icon-opacity": ["match", ["get", "state"], ["dismissed", "resolved", "duplicate"], 0.5, 1] } },
      { id: "spot", type: "symbol", source: "spot", layout: { "icon-image": ["concat", "mark:", ["get", "problem"]], "icon-allow-overlap": true } },
    ],
  };
}

// No glyph server is needed: letters and numbers are drawn into the icons.
function icon(id) {
  const [kind, ...rest] = id.split(":");
  const what = rest.join(":");
  const size = { mark: 30, small: 20, count: 34 }[kind];
  if (!size) return null;
  const ratio = Math.max(2, Math.ceil(devicePixelRatio));
  const canvas = make("canvas", { width: size * ratio, height: size * ratio });
  const pen = canvas.getContext("2d");
  pen.scale((size / 24) * ratio, (size / 24) * ratio);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const [shape, fill, ink, label] = kind === "count"
    ? [strings.shapes.unknown, rgb("--accent-strong"), rgb("--on-accent"), what]
    : [strings.shapes[what] ?? strings.shapes.unknown, rgb(Object.hasOwn(strings.shapes, what) ? `--mark-${what}` : "--mark-unknown"), rgb("--mark-ink"), strings.letters[what] ?? "?"];
  const path = new Path2D(shape);
  pen.lineWidth = 2.4;
  pen.strokeStyle = rgb("--panel");
  pen.save();
  pen.translate(12, 12);
  pen.scale(0.86, 0.86);
  pen.translate(-12, -12);
  pen.stroke(path);
  pen.fillStyle = fill;
  pen.fill(path);
  pen.restore();
  pen.fillStyle = ink;
  pen.font = `700 ${kind === "count" ? 9 : 11}px ${getComputedStyle(document.body).fontFamily}`;
  pen.fillText(label, 12, 12.6);
  return { image: pen.getImageData(0, 0, canvas.width, canvas.height), ratio };
}

export class CityMap {
  #map = null;
  #data = new Map();
  #isLoaded;
  #gridPitch = 10;

  /** `onMove` is called with the box in view, `onCase` with the id of a case that was clicked. */
  constructor(box, { zoom = 18, onMove = null, onCase = null } = {}) {
    this.box = box;
    try {
      this.#map = new maplibre.Map({
        container: box, style: style(), zoom, center: [0, 0], attributionControl: false, dragRotate: false,
        pitchWithRotate: false, touchPitch: false, fadeDuration: 0, maxZoom: 22, renderWorldCopies: false,
      });
    } catch {
      box.replaceChildren(make("p", { class: "map-failed" }, text.map_failed));
      return;
    }
    this.#map.addControl(new maplibre.ScaleControl({ maxWidth: 90 }), "bottom-left");
    this.#map.addControl(new maplibre.NavigationControl({ showCompass: false }), "bottom-right");
    this.#map.touchZoomRotate.disableRotation();
    this.#map.setMissingStyleImageResolver((id) => this.#draw(id));
    this.#isLoaded = new Promise((done) => { this.#map.once("load", done); });
    if (onMove) this.#map.on("moveend", () => onMove(this.#map.getBounds().toArray().flat()));
    if (onCase) this.#listen(onCase);
    document.addEventListener("theme", () => this.#repaint());
    this.#isLoaded.then(() => { this.box.dataset.ready = "yes"; });
  }

  get isAlive() { return this.#map !== null; }

  /** Sets the data of a source now or once the map is there. */
  async set(source, data) {
    if (!this.#map) return;
    this.#data.set(source, data);
    await this.#isLoaded;
    this.#map.getSource(source)?.setData(this.#data.get(source));
  }

  async layers() {
    if (!this.#map) return;
    const found = await get("/layers").catch(() => EMPTY);
    await this.set("city", found);
    return found;
  }

  /** Moves the middle; the zoom is the reviewer's own and stays. */
  centre(lon, lat) {
    this.#map?.jumpTo({ center: [lon, lat] });
    this.set("grid", grid(lon, lat, this.#gridPitch));
  }

  fit(bounds, { left = 60 } = {}) {
    this.#map?.fitBounds(bounds, { padding: { top: 60, bottom: 60, right: 60, left }, maxZoom: 18, animate: false });
  }

  get bounds() { return this.#map?.getBounds().toArray().flat() ?? null; }

  /** The next click gives its position, and how many metres a finger's breadth is there. */
  pick(done) {
    if (!this.#map) return false;
    this.box.classList.add("picking");
    this.#map.getCanvas().style.cursor = "crosshair";
    this.#onPick = ({ lngLat }) => {
      const metresPerPixel = (40075016.7 * Math.cos(lngLat.lat * radians)) / (512 * 2 ** this.#map.getZoom());
      this.stopPicking();
      done({ lat: lngLat.lat, lon: lngLat.lng, error_m: Math.min(100, Math.max(1, 8 * metresPerPixel)) });
    };
    this.#map.once("click", this.#onPick);
    return true;
  }

  stopPicking() {
    if (!this.#onPick) return;
    this.#map.off("click", this.#onPick);
    this.#onPick = null;
    this.#map.getCanvas().style.cursor = "";
    this.box.classList.remove("picking");
  }

  #onPick = null;

  zoomTo(zoom) { this.#map?.jumpTo({ zoom }); }

  get zoom() { return this.#map?.getZoom(); }

  toggle(layers, isOn) {
    if (!this.#map) return;
    this.#isLoaded.then(() => {
      for (const layer of layers) this.#map.setLayoutProperty(layer, "visibility", isOn ? "visible" : "none");
    });
  }

  #draw(id) {
    const drawn = icon(id);
    if (drawn && !this.#map.hasImage(id)) this.#map.addImage(id, drawn.image, { pixelRatio: drawn.ratio });
  }

  #repaint() {
    if (!this.#map) return;
    this.#map.setStyle(style(), { diff: false });
    this.#map.once("style.load", () => {
      for (const [source, data] of this.#data) this.#map.getSource(source)?.setData(data);
      document.dispatchEvent(new Event("map-repainted"));
    });
  }

  #listen(onCase) {
    for (const layer of ["cases", "near"]) {
      this.#map.on("click", layer, (event) => onCase(event.features[0]));
      this.#map.on("mouseenter", layer, () => { this.#map.getCanvas().style.cursor = "pointer"; });
      this.#map.on("mouseleave", layer, () => { this.#map.getCanvas().style.cursor = ""; });
    }
    this.#map.on("click", "crowds", (event) => this.#map.easeTo({ center: event.features[0].geometry.coordinates, zoom: this.#map.getZoom() + 2 }));
    this.#map.on("click", "clusters", async (event) => {
      const [cluster] = event.features;
      const zoom = await this.#map.getSource("cases").getClusterExpansionZoom(cluster.properties.cluster_id);
      this.#map.easeTo({ center: cluster.geometry.coordinates, zoom });
    });
  }
}

export const casePoint = (found) => ({
  type: "Feature",
  properties: { id: found.id, problem: found.problem, state: found.state },
  geometry: { type: "Point", coordinates: [found.place.lon, found.place.lat] },
});

export const collection = (features) => ({ type: "FeatureCollection", features });
