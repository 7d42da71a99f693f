const svg = document.querySelector("#map svg");
const scale = document.querySelector("#scale");
const whole = (({ x, y, width, height }) => ({ x, y, width, height }))(svg.viewBox.baseVal);
let view = { ...whole };

function show() {
  svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  const metresPerPixel = 1 / svg.getScreenCTM().a;
  const most = metresPerPixel * 140;
  const power = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((step) => step * power).find((metres) => metres <= most);
  scale.style.width = `${length / metresPerPixel}px`;
  scale.textContent = length >= 1000 ? `${length / 1000} km` : `${length} m`;
}

function onMap(event) {
  const point = new DOMPoint(event.clientX, event.clientY);
  return point.matrixTransform(svg.getScreenCTM().inverse());
}

svg.addEventListener("wheel", (event) => {
  event.preventDefault();
  const factor = Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300)));
  const at = onMap(event);
  view = { x: at.x + (view.x - at.x) * factor, y: at.y + (view.y - at.y) * factor, width: view.width * factor, height: view.height * factor };
  show();
}, { passive: false });

let held = null;
svg.addEventListener("pointerdown", (event) => { held = onMap(event); });
svg.addEventListener("pointerup", () => { held = null; });
svg.addEventListener("pointermove", (event) => {
  if (!held || !event.buttons) return;
  svg.setPointerCapture(event.pointerId); // only now: a captured pointer's click would miss the mark under it
  const at = onMap(event);
  view.x += held.x - at.x;
  view.y += held.y - at.y;
  show();
});

for (const box of document.querySelectorAll("#layers input")) {
  box.addEventListener("change", () => {
    for (const layer of svg.querySelectorAll(`[data-layer="${CSS.escape(box.value)}"]`)) layer.style.display = box.checked ? "" : "none";
  });
}

function choose(key) {
  for (const old of document.querySelectorAll(".chosen")) old.classList.remove("chosen");
  for (const part of document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)) part.classList.add("chosen");
}

for (const row of document.querySelectorAll("tbody tr")) {
  row.addEventListener("click", () => {
    choose(row.dataset.key);
    const mark = svg.querySelector(`[data-key="${CSS.escape(row.dataset.key)}"]`);
    if (!mark) return;
    const place = mark.getBBox();
    view = { x: place.x - view.width / 2, y: place.y - view.height / 2, width: view.width, height: view.height };
    show();
  });
}
svg.addEventListener("dblclick", () => { view = { ...whole }; show(); });
for (const mark of svg.querySelectorAll("[data-key]")) {
  mark.addEventListener("click", () => {
    choose(mark.dataset.key);
    document.querySelector(`tr[data-key="${CSS.escape(mark.dataset.key)}"]`)?.scrollIntoView({ block: "nearest" });
  });
}
window.addEventListener("resize", show);
show();
