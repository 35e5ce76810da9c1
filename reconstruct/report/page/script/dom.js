"use strict";

const DRAWN = new Set(["svg", "line", "text", "polyline", "title"]);

/** Makes an element. All text is set as text, never as HTML, so that a name cannot become markup. */
function make(tag, attributes = {}, ...children) {
  const element = DRAWN.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}
