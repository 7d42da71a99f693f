// The evidence: the frame with its box, zoom and pan, the crop beside it, the strip of views.

import { evidenceUrl } from "./api.js";
import { locale, make, makeSvg, percent, problemName, text, time, timezone } from "./page.js";

const MAX_ZOOM = 8;
const STEP = 1.5;

/** Starts loading a picture; the promise tells whether it can be shown. */
export function load(key) {
  const image = new Image();
  image.decoding = "async";
  image.draggable = false;
  image.src = evidenceUrl(key);
  const ready = image.decode().then(() => true, () => false);
  return { image, ready };
}

export class Viewer {
  #box = localStorage.getItem("box") !== "off";
  #zoom = 1;
  #pan = [0, 0];
  #case = null;
  #views = [];
  #index = 0;
  #loaded = new Map();
  #turn = 0;

  constructor() {
    this.stage = document.getElementById("stage");
    this.picture = document.getElementById("picture");
    this.strip = document.getElementById("strip");
    this.crop = document.getElementById("crop");
    this.why = document.getElementById("why");
    this.isPainted = false;
    document.getElementById("tool-box").addEventListener("click", () => this.toggleBox());
    document.getElementById("tool-in").addEventListener("click", () => this.zoomBy(STEP));
    document.getElementById("tool-out").addEventListener("click", () => this.zoomBy(1 / STEP));
    document.getElementById("tool-fit").addEventListener("click", () => this.fit());
    this.stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.#listenToDrag();
    new ResizeObserver(() => this.#place()).observe(this.stage);
  }

  /** Loads what the reviewer will see first of a case, so that it is there when its turn comes. */
  preload(detail) {
    const evidence = bestView(detail)?.evidence;
    for (const key of evidence ? [evidence.frame, evidence.crop] : []) this.#picture(key);
    return evidence ? this.#picture(evidence.frame).ready : Promise.resolve(true);
  }

  show(detail) {
    this.#case = detail.case;
    this.#views = detail.views.flatMap(picturesOf);
    const best = bestView(detail);
    this.#index = Math.max(0, this.#views.findIndex((shown) => shown.sighting === best?.sighting));
    this.#drawStrip();
    this.#drawView();
    this.#forget(detail);
  }

  step(by) {
    if (this.#views.length < 2) return;
    this.#index = (this.#index + by + this.#views.length) % this.#views.length;
    this.#drawView();
  }

  /** Lets the next drag over the picture draw a box; `done({sighting, xyxy})` gets it in pixels of the frame. */
  drawBox(done) {
    const shown = this.#views[this.#index];
    if (!shown?.evidence) return false;
    const first = this.#views.findIndex((view) => view.sighting === shown.sighting);
    if (first !== this.#index) {
      this.#index = first;
      this.#drawView();
    }
    this.#onBox = done;
    this.stage.classList.add("drawing");
    return true;
  }

  stopDrawing() {
    this.#onBox = null;
    this.stage.classList.remove("drawing");
  }

  toggleBox() {
    this.#box = !this.#box;
    localStorage.setItem("box", this.#box ? "on" : "off");
    this.#place();
  }

  zoomIn() { this.zoomBy(STEP); }

  zoomOut() { this.zoomBy(1 / STEP); }

  fit() {
    this.#zoom = 1;
    this.#pan = [0, 0];
    this.#place();
  }

  zoomBy(factor) {
    this.#zoom = Math.min(MAX_ZOOM, Math.max(1, this.#zoom * factor));
    if (this.#zoom < 1.05) this.#zoom = 1;
    this.#place();
  }

  #picture(key) {
    if (!this.#loaded.has(key)) this.#loaded.set(key, load(key));
    return this.#loaded.get(key);
  }

  // Decoded frames are megabytes each: keep this case's and the newest few.
  #forget(detail) {
    const shown = detail.views.flatMap(picturesOf).filter((view) => view.evidence);
    const mine = new Set(shown.flatMap((view) => [view.evidence.frame, view.evidence.crop]));
    const others = [...this.#loaded.keys()].filter((key) => !mine.has(key));
    for (const key of others.slice(0, Math.max(0, others.length - 12))) this.#loaded.delete(key);
  }

  #drawStrip() {
    const many = this.#views.length > 1;
    this.strip.replaceChildren(...this.#views.map((view, index) => {
      const said = view.missed ? text.not_there : percent(view.confidence);
      const label = `${text.view} ${index + 1}: ${time(view.seen_at)}, ${view.camera}, ${said}`;
      const item = make("button", { type: "button", class: "thumb", role: "option", title: label });
      if (view.evidence) item.append(make("img", { src: evidenceUrl(view.evidence.crop), alt: "", loading: "lazy" }));
      item.append(make("span", {}, shortTime(view), make("b", {}, said)));
      if (view.missed) item.classList.add("missed");
      item.tabIndex = many ? 0 : -1;
      item.addEventListener("click", () => { this.#index = index; this.#drawView(); });
      return item;
    }));
  }

  #drawView() {
    const view = this.#views[this.#index];
    [...this.strip.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === this.#index)));
    this.#reveal(this.strip.children[this.#index]);
    if (this.why) this.why.textContent = view?.why ?? "";
    document.getElementById("stage-note").textContent = blurNote(view?.evidence);
    this.#drawCrop(view?.evidence);
    this.#drawFrame(view?.evidence);
  }

  // scrollIntoView would move the whole page on a phone, where the strip is below the fold.
  #reveal(thumb) {
    if (!thumb) return;
    const [from, to] = [thumb.offsetLeft - this.strip.offsetLeft, thumb.offsetLeft - this.strip.offsetLeft + thumb.offsetWidth];
    if (from < this.strip.scrollLeft) this.strip.scrollLeft = from;
    if (to > this.strip.scrollLeft + this.strip.clientWidth) this.strip.scrollLeft = to - this.strip.clientWidth;
  }

  #drawCrop(evidence) {
    if (!evidence) return this.crop.replaceChildren();
    const { image } = this.#picture(evidence.crop);
    image.alt = problemName(this.#case.problem);
    this.crop.replaceChildren(image);
  }

  async #drawFrame(evidence) {
    const turn = ++this.#turn;
    this.isPainted = false;
    this.picture.classList.add("stale");
    const loaded = evidence ? this.#picture(evidence.frame) : null;
    const isThere = loaded ? await loaded.ready : false;
    if (turn !== this.#turn) return;
    const empty = document.getElementById("stage-empty");
    empty.hidden = isThere;
    if (!isThere) empty.textContent = text.no_picture;
    this.picture.hidden = !isThere;
    if (isThere) {
      loaded.image.alt = "";
      const isMissed = this.#views[this.#index].missed;
      this.picture.replaceChildren(loaded.image, ...(isMissed ? [] : [overlay(evidence, this.#case.problem)]));
      this.#size = [evidence.width_px, evidence.height_px];
      this.#centre = [(evidence.xyxy[0] + evidence.xyxy[2]) / 2, (evidence.xyxy[1] + evidence.xyxy[3]) / 2];
      this.#pan = [0, 0];
      this.#place();
    }
    this.picture.classList.remove("stale");
    this.isPainted = true;
    this.stage.dataset.shows = this.#case.id;
  }

  #onBox = null;

  #inPicture(event) {
    const seen = this.picture.getBoundingClientRect();
    const at = [(event.clientX - seen.left) / seen.width, (event.clientY - seen.top) / seen.height];
    return at.map((share, axis) => Math.min(1, Math.max(0, share)) * this.#size[axis]);
  }

  /** The box from where the drag began to where it is, drawn over the picture. */
  #stretch(from, to) {
    const box = [0, 1].map((axis) => Math.min(from[axis], to[axis])).concat([0, 1].map((axis) => Math.max(from[axis], to[axis])));
    this.picture.querySelector(".drawn")?.remove();
    const [width, height] = this.#size;
    const rect = { x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1], class: "line" };
    this.picture.append(makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, class: "box drawn", "aria-hidden": "true" }, makeSvg("rect", rect)));
    return box;
  }

  #size = [16, 9];
  #centre = [8, 4.5];

  // Zoomed in, the box is in the middle of the stage, in every case anew; the picture never leaves the stage.
  #place() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const scale = Math.min(width / this.#size[0], height / this.#size[1]) * this.#zoom;
    const at = [0, 1].map((axis) => {
      const room = axis === 0 ? width : height;
      const long = this.#size[axis] * scale;
      if (long <= room) return (room - long) / 2;
      const wanted = room / 2 - this.#centre[axis] * scale + this.#pan[axis];
      const kept = Math.min(0, Math.max(room - long, wanted));
      this.#pan[axis] += kept - wanted;
      return kept;
    });
    const style = this.picture.style;
    style.width = `${this.#size[0] * scale}px`;
    style.height = `${this.#size[1] * scale}px`;
    style.transform = `translate(${at[0]}px, ${at[1]}px)`;
    this.stage.classList.toggle("zoomed", this.#zoom > 1);
    this.stage.classList.toggle("boxless", !this.#box);
    document.getElementById("tool-box").setAttribute("aria-pressed", String(this.#box));
    document.getElementById("zoom").textContent = `${Number(this.#zoom.toFixed(1))}×`;
  }

  #wheel(event) {
    if (!(event.ctrlKey || this.#zoom > 1 || event.deltaY < 0)) return;
    event.preventDefault();
    this.zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2);
  }

  #listenToDrag() {
    let from = null;
    let corner = null;
    let box = null;
    this.stage.addEventListener("pointerdown", (event) => {
      if (this.#onBox && !event.target.closest("button")) {
        corner = this.#inPicture(event);
        this.stage.setPointerCapture(event.pointerId);
        return;
      }
      if (this.#zoom === 1 || event.target.closest("button")) return;
      from = [event.clientX - this.#pan[0], event.clientY - this.#pan[1]];
      this.stage.setPointerCapture(event.pointerId);
    });
    this.stage.addEventListener("pointermove", (event) => {
      if (corner) box = this.#stretch(corner, this.#inPicture(event));
      if (!from) return;
      this.#pan = [event.clientX - from[0], event.clientY - from[1]];
      this.#place();
    });
    for (const end of ["pointerup", "pointercancel"]) this.stage.addEventListener(end, () => { from = null; });
    this.stage.addEventListener("pointerup", () => {
      const done = this.#onBox;
      if (corner && done && box && box[2] - box[0] > 3 && box[3] - box[1] > 3) {
        this.stopDrawing();
        done({ sighting: this.#views[this.#index].sighting, xyxy: box });
      }
      corner = null;
      box = null;
    });
  }
}

/** The pictures of one sighting, the best first: the same thing a moment earlier or later, from another side. */
function picturesOf(view) {
  const { evidence } = view;
  if (!evidence?.others?.length) return [view];
  const ordered = [evidence, ...evidence.others].sort((one, other) => one.time_s - other.time_s);
  const best = { ...view, isBest: true };
  return [best, ...ordered.filter((one) => one !== evidence).map((other) => ({ ...view, evidence: other }))];
}

/** An earlier night, or the spot after the thing was gone: what the present view is held against. */
export function otherNight(detail) {
  const best = bestView(detail);
  const others = detail.views.filter((view) => view.evidence && view.clip !== best?.clip);
  return others.find((view) => view.missed) ?? others[0] ?? null;
}

/** The view that the case shows first: its best picture, else the newest view. */
export function bestView(detail) {
  const best = detail.views.find((view) => view.evidence && view.evidence.crop === detail.case.evidence);
  const framed = detail.views.find((view) => view.evidence && view.evidence.frame === detail.case.evidence);
  return best ?? framed ?? detail.views.find((view) => view.evidence) ?? detail.views[0];
}

function overlay(evidence, problem) {
  const [x1, y1, x2, y2] = evidence.xyxy;
  const box = { x: x1, y: y1, width: Math.max(1, x2 - x1), height: Math.max(1, y2 - y1), rx: 2 };
  const frame = { viewBox: `0 0 ${evidence.width_px} ${evidence.height_px}`, class: `box box-${problem}`, "aria-hidden": "true" };
  return makeSvg("svg", frame, makeSvg("rect", { ...box, class: "halo" }), makeSvg("rect", { ...box, class: "line" }));
}

function blurNote(evidence) {
  const kinds = Object.entries(evidence?.blurred ?? {}).filter(([, number]) => number > 0);
  if (!kinds.length) return "";
  return `${text.blurred}: ${kinds.map(([kind, number]) => `${text[kind] ?? kind} × ${number}`).join(", ")}`;
}

function shortTime(view) {
  if (!view.seen_at) return view.clip;
  const parts = { timeZone: timezone, month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
  return new Intl.DateTimeFormat(locale, parts).format(new Date(view.seen_at));
}

