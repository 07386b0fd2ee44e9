// What stands beside the moving picture: words, answers a second, the chart. Slower than the boxes,
// so that it can be read, and aloud only what has changed.

import { History } from "./history.js";
import { faceLine, inWords } from "../labels.js";

const EVERY = 0.25; // seconds between changes of the text
const ALOUD = 2; // seconds between two things said aloud
const GONE = 0.6; // seconds without a face before that is said

export class LiveView {
  #faces = document.getElementById("live-faces");
  #rate = document.getElementById("live-rate");
  #history = new History(document.getElementById("history"));
  #settings;
  #speak;
  #times = [];
  #last = { seen: [], seenAt: -Infinity, drawn: -Infinity, aloud: -Infinity, said: "" };

  /** @param {(text: string) => void} speak for screen readers */
  constructor(settings, speak) {
    this.#settings = settings;
    this.#speak = speak;
  }

  /** Before the first answer. */
  clear() {
    this.#times = [];
    this.#last = { seen: [], seenAt: -Infinity, drawn: -Infinity, aloud: -Infinity, said: "" };
    this.#faces.replaceChildren(textLine("Starting …"));
    this.#rate.textContent = "";
    this.forget();
  }

  /** The chart of another model's answers. */
  forget() {
    this.#history.clear();
    this.#history.draw(this.#settings.band, 0);
  }

  /** @param time in seconds */
  show(faces, time) {
    const last = this.#last;
    this.#times = this.#times.filter((one) => time - one < 2);
    this.#times.push(time);
    this.#history.add(faces, time);
    if (last.seenAt === -Infinity) last.seenAt = time - GONE / 2;
    if (faces.length) Object.assign(last, { seen: faces, seenAt: time });
    else if (time - last.seenAt > GONE) last.seen = [];
    if (time - last.drawn < EVERY) return;
    last.drawn = time;
    this.#write(last.seen, time - last.seenAt > GONE);
    this.#history.draw(this.#settings.band, time);
    this.#say(last.seen, time);
  }

  get rate() {
    const span = this.#times.at(-1) - this.#times[0];
    return span > 0 ? (this.#times.length - 1) / span : 0;
  }

  #write(seen, gone) {
    const lines = seen.map((face) => faceLine(`Face ${face.number}`, face));
    if (lines.length) this.#faces.replaceChildren(...lines);
    else if (gone) this.#faces.replaceChildren(textLine("No face: come closer, look this way."));
    this.#rate.textContent = this.rate ? `${Math.round(this.rate)} answers a second` : "";
  }

  #say(seen, time) {
    const words = seen.map((face) => `face ${face.number} ${inWords(face.label)}`);
    const said = words.length ? words.join(", ") : "no face";
    if (said === this.#last.said || time - this.#last.aloud < ALOUD) return;
    if (!words.length && time - this.#last.seenAt <= GONE) return;
    Object.assign(this.#last, { said, aloud: time });
    this.#speak(said);
  }
}

function textLine(text) {
  const line = document.createElement("li");
  line.textContent = text;
  return line;
}
