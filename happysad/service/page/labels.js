// Texts for a face, the same over the picture, in lists, aloud and in the table.

/** The confidence of the label, as "97 %", never 0 or 100; empty for unsure. The sign stays on the
 * number's line. */
export function howSure(label, pHappy) {
  if (label === "unsure") return "";
  const p = label === "sad" ? 1 - pHappy : pHappy;
  return `${Math.min(Math.max(Math.round(100 * p), 1), 99)}\u00a0%`;
}

/** "looks happy", "looks sad" or "unsure": an expression and no more is read. */
export function inWords(label) {
  return label === "unsure" ? label : `looks ${label}`;
}

/** What follows the answer to a tight crop in which the detector sees no face; else nothing. */
export function note(face) {
  return face.status === "full_frame" ? " (no face found)" : "";
}

/** A line of a list: "Face 1: [looks happy] 97 %". */
export function faceLine(name, face) {
  const line = document.createElement("li");
  const word = document.createElement("span");
  word.className = `word ${face.label}`;
  word.textContent = inWords(face.label);
  const sure = document.createElement("span");
  sure.className = "percent";
  sure.textContent = ` ${howSure(face.label, face.pHappy)}`.trimEnd() + note(face);
  line.append(`${name}: `, word, sure);
  return line;
}

/** "1 face", "2 faces". */
export function count(n, thing) {
  return `${n} ${thing}${n === 1 ? "" : "s"}`;
}
