// Dark or light: the system's choice unless the visitor has one, kept in a cookie so that the server paints it first.

import { text } from "./page.js";

const root = document.documentElement;
const button = document.getElementById("theme");
const order = ["auto", "light", "dark"];

function name() {
  const label = text[`theme_${root.dataset.theme}`];
  button.title = label;
  button.setAttribute("aria-label", label);
}

button?.addEventListener("click", () => {
  root.dataset.theme = order[(order.indexOf(root.dataset.theme) + 1) % order.length];
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  name();
  document.dispatchEvent(new Event("theme"));
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("theme")));
if (button) name();
