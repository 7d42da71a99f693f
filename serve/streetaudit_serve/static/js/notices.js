// Short messages at the edge of the page; they never take the focus.

import { make } from "./page.js";

const box = document.getElementById("notices");

export function notice(message, { link = null, linkText = "", kind = "", stays = false } = {}) {
  const line = make("p", { class: `notice ${kind}` }, message);
  if (link) line.append(" ", make("a", { href: link }, linkText));
  const close = make("button", { type: "button", class: "plain", "aria-label": "×" }, "×");
  close.addEventListener("click", () => line.remove());
  line.append(close);
  box.append(line);
  while (box.children.length > 3) box.firstElementChild.remove();
  if (!stays) setTimeout(() => line.remove(), 4000);
}
