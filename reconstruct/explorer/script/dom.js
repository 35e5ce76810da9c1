"use strict";

/** Makes elements. All text is set as text, never as HTML, so that a name cannot become markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** The same for the elements of a drawing. */
function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A relative error as it stands in figures, in at most two digits, which no line end parts. */
function percent(error) {
  if (error == null) return "not finite";
  const hundred = 100 * error;
  if (hundred > 0 && hundred < 0.0005) return "<\u00a00.001\u00a0%";
  const digits = hundred >= 10 ? 0 : hundred >= 1 ? 1 : 2;
  return `${hundred >= 0.1 ? hundred.toFixed(digits) : Number(hundred.toPrecision(1))}\u00a0%`;
}
