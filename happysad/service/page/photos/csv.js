// The photos' answers as a table, with the columns of `happysad predict --csv`, and by what they
// were answered: happy from high on, sad below low.

const COLUMNS = [
  "image", "face", "status", "label", "confidence", "p_happy", "left", "top", "right", "bottom",
  "score", "reason", "model", "max_error", "low", "high",
];

const NOT_YET = "there is no answer yet";

/** A row per face; one of face -1 where there is none, or no answer: that is "unanswered". */
export function csvText(answers) {
  const rows = answers.flatMap(({ name, image, wrong, by: told }) => {
    const by = [told?.model, told?.maxError, told?.low, told?.high];
    const none = (status, reason) => [[name, -1, status, ...Array(8).fill(""), reason, ...by]];
    if (!image) return none("unanswered", wrong || NOT_YET);
    if (!image.faces.length) return none(image.status, image.reason);
    return image.faces.map(({ face, status, label, confidence, p_happy, box, score }) => {
      return [name, face, status, label, confidence, p_happy, ...box, score, "", ...by];
    });
  });
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

function cell(value) {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Have the browser save a file. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
