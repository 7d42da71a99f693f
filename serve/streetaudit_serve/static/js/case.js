// The page of one case: the same evidence, facts and map as in the queue.

import { CaseMap } from "./casemap.js";
import { drawFacts } from "./facts.js";
import { listen } from "./keys.js";
import { start } from "./page.js";
import { Viewer } from "./viewer.js";

const viewer = new Viewer();
const map = new CaseMap(document.getElementById("map"));
drawFacts(document.getElementById("facts"), start.first);
viewer.show(start.first);
map.show(start.first);

listen(
  {
    b: () => viewer.toggleBox(),
    "+": () => viewer.zoomIn(),
    "=": () => viewer.zoomIn(),
    "-": () => viewer.zoomOut(),
    0: () => viewer.fit(),
    ArrowLeft: () => viewer.step(-1),
    ArrowRight: () => viewer.step(1),
  },
  { digit() {}, escape() {} },
);
