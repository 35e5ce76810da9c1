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

/** A relative error as it stands in figures: a percentage with two digits, which no line end parts. */
function percent(error) {
  if (error == null) return "not finite";
  const hundred = 100 * error;
  return hundred < 0.001 ? "<\u00a00.001\u00a0%" : `${Number(hundred.toPrecision(2))}\u00a0%`;
}
