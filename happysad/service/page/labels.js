// Texts for a face, the same over the picture, in lists, aloud and in the table.

/** The probability of the label, as "97 %"; of unsure faces that of happy. Never 0 or 100, and
 * the sign stays on the number's line. */
export function percent(label, pHappy) {
  const p = label === "sad" ? 1 - pHappy : pHappy;
  return `${Math.min(Math.max(Math.round(100 * p), 1), 99)}\u00a0%`;
}

/** "97 %", or "55 % happy" where the label does not say of what. */
export function howSure(label, pHappy) {
  return label === "unsure" ? `${percent(label, pHappy)} happy` : percent(label, pHappy);
}

/** What follows the answer to a tight crop in which the detector sees no face; else nothing. */
export function note(face) {
  return face.status === "full_frame" ? " (no face found)" : "";
}

/** A line of a list: "Face 1: [happy] 97 %". */
export function faceLine(name, face) {
  const line = document.createElement("li");
  const word = document.createElement("span");
  word.className = `word ${face.label}`;
  word.textContent = face.label;
  const sure = document.createElement("span");
  sure.className = "percent";
  sure.textContent = howSure(face.label, face.pHappy) + note(face);
  line.append(`${name}: `, word, " ", sure);
  return line;
}

/** "1 face", "2 faces". */
export function count(n, thing) {
  return `${n} ${thing}${n === 1 ? "" : "s"}`;
}
