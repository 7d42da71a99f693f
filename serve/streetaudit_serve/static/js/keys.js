// Keys of the review page. A held-down key decides nothing, typing in a field is typing.

const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const PRESSES = "button, a, summary, input[type=checkbox]";

/** Calls `actions[key]` for a plain key press; `digit(n)` first for digits, which may answer that it took them. */
export function listen(actions, { digit, escape }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return escape(event);
    if (event.target.closest?.(TYPING)) {
      if (event.key === "Enter") event.target.blur();
      return;
    }
    if ((event.key === "Enter" || event.key === " ") && event.target.closest?.(PRESSES)) return;
    if (event.key.startsWith("Arrow") && event.target.closest?.(".maplibregl-canvas, .table-box")) return;
    if (/^[1-9]$/.test(event.key)) {
      if (!event.repeat) digit(Number(event.key));
      return;
    }
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    if (!event.repeat || action.mayRepeat) action();
  });
}
