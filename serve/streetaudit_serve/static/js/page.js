// What the server put into the page: texts in the visitor's language, the first case, the city's clock.

const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");

export const strings = read("strings");
export const start = read("start");
export const text = strings.script;
export const language = document.documentElement.lang;
export const timezone = document.documentElement.dataset.timezone;

// Day before month, as the server writes times too.
export const locale = language === "en" ? "en-GB" : language;
const clock = new Intl.DateTimeFormat(locale, {
  timeZone: timezone, year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false,
});

/** A time as the city's clock shows it. */
export const time = (iso) => (iso ? clock.format(new Date(iso)) : text.no_time);

export const percent = (share) => `${Math.round(share * 100)} %`;

/** An element with attributes and children; text only ever enters as text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function makeSvg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The sign of a problem: a shape of its own with a letter. */
export function mark(problem) {
  const known = Object.hasOwn(strings.shapes, problem) ? problem : "unknown";
  const letter = makeSvg("text", { x: 12, y: 12.8 }, strings.letters[problem] ?? "?");
  const shape = makeSvg("path", { d: strings.shapes[known] });
  return makeSvg("svg", { class: `mark mark-${known}`, viewBox: "0 0 24 24", "aria-hidden": "true" }, shape, letter);
}

export const problemName = (problem) => strings.problems[problem] ?? problem;

export function stateChip(state) {
  return make("span", { class: `state state-${state}` }, strings.states[state] ?? state);
}
