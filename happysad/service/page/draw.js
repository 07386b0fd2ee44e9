// Boxes and words over a picture, as elements placed in percent: sharp at every size and zoom.

import { howSure, note } from "./labels.js";

/**
 * Show faces over a picture.
 *
 * @param {HTMLElement} layer covers the picture
 * @param {{box: number[], label: string, pHappy: number, number: number|null}[]} faces boxes as
 *   left, top, right, bottom in the picture's pixels
 * @param {boolean} mirrored whether the picture is shown mirrored
 */
export function drawFaces(layer, faces, width, height, mirrored = false) {
  layer.classList.toggle("many", faces.length > 3);
  while (layer.children.length > faces.length) layer.lastElementChild.remove();
  faces.forEach((face, i) => {
    const box = layer.children[i] ?? layer.appendChild(newBox());
    place(box, face.box, width, height, mirrored);
    const plate = box.firstElementChild;
    setIfNew(box, "className", `box ${face.label}`);
    setIfNew(plate, "textContent", plateText(face, faces.length > 3));
    setIfNew(plate, "className", plateClass(face.box, width, height, mirrored));
  });
}

function newBox() {
  const box = document.createElement("div");
  box.append(document.createElement("span"));
  return box;
}

/** Untouched elements cost no layout: this runs at every frame of the camera. */
function setIfNew(element, property, value) {
  if (element[property] !== value) element[property] = value;
}

function place(box, [left, top, right, bottom], width, height, mirrored) {
  const from = mirrored ? width - right : left;
  box.style.left = `${(100 * from) / width}%`;
  box.style.top = `${(100 * top) / height}%`;
  box.style.width = `${(100 * (right - left)) / width}%`;
  box.style.height = `${(100 * (bottom - top)) / height}%`;
}

/** "2 happy 97 %"; in a crowd "2 happy", as the list below the picture says the rest. */
export function plateText(face, crowd) {
  const parts = face.number === null ? [] : [face.number];
  parts.push(face.label);
  const sure = howSure(face.label, face.pHappy);
  if (sure && !crowd) parts.push(sure);
  return parts.join(" ") + note(face);
}

/** Above the box where there is room, and away from the picture's right edge. */
function plateClass([left, top, right], width, height, mirrored) {
  const middle = (left + right) / 2 / width;
  const rightwards = (mirrored ? 1 - middle : middle) > 0.6;
  return `plate${top < 0.1 * height ? " inside" : ""}${rightwards ? " rightwards" : ""}`;
}
