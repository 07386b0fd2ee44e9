// A photo with its boxes and words drawn in, to be saved.

import { plateText } from "../draw.js";

const SMALL = 480; // pixels of the shorter side, below which a picture is enlarged for its words
const LARGE = 4096; // of the longer side at most: browsers keep to some size of a canvas

/**
 * @param {HTMLImageElement} image loaded
 * @param {{box: number[], label: string, pHappy: number, number: number|null}[]} faces boxes in
 *   pixels of a picture of so many pixels `width`
 * @returns {Promise<Blob>} a JPEG file
 */
export function annotated(image, faces, width, height) {
  const wanted = Math.max(1, Math.ceil(SMALL / Math.min(width, height)));
  const scale = Math.min(wanted, LARGE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { alpha: false });
  context.fillStyle = "white"; // below what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const scaled = faces.map((face) => ({ ...face, box: face.box.map((edge) => edge * scale) }));
  for (const face of scaled) drawBox(context, face);
  for (const face of scaled) drawPlate(context, face, faces.length > 3); // over all boxes
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** A coloured line over a white one: to be seen on every picture. */
function drawBox(context, { box: [left, top, right, bottom], label }) {
  const thin = Math.max(2, Math.min(context.canvas.width, context.canvas.height) / 240);
  for (const [stroke, width] of [["white", thin + 2], [color(label), thin]]) {
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.strokeRect(left, top, right - left, bottom - top);
  }
}

/** Above the box, or within it where there is no room. */
function drawPlate(context, face, crowd) {
  const { width, height } = context.canvas;
  const size = Math.max(14, Math.min(width, height) / 28);
  context.font = `600 ${size}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  const text = plateText(face, crowd);
  const [wide, high] = [context.measureText(text).width + size, 1.5 * size];
  const x = Math.max(0, Math.min(face.box[0], width - wide));
  const y = face.box[1] >= high ? face.box[1] - high : Math.max(0, face.box[1]);
  context.fillStyle = color(face.label);
  context.fillRect(x, y, wide, high);
  context.fillStyle = color(`on-${face.label}`);
  context.fillText(text, x + size / 2, y + high / 2);
}
