// The photos that were chosen, dropped or pasted, newest first, and their answers.

import { Unreachable, explain, predictFile } from "../api.js";
import { PhotoCard } from "./photo_card.js";
import { count } from "../labels.js";

const AT_ONCE = 2; // questions to the server at a time

export class Photos {
  #photos = [];
  #waiting = [];
  #working = 0;
  #done = [];
  #settings;
  #speak;
  #section = document.getElementById("photos");
  #cards = document.getElementById("cards");

  /** @param {(text: string) => void} speak for screen readers */
  constructor(settings, speak) {
    this.#settings = settings;
    this.#speak = speak;
  }

  get shown() {
    return this.#photos.length > 0;
  }

  /** Show these files, the last one first, and ask for their answers. */
  add(files) {
    for (const file of files) {
      const photo = { file, name: file.name || "pasted picture", asked: 0, image: null };
      photo.card = new PhotoCard(file, photo.name, {
        again: () => this.#ask([photo]),
        why: (face) => explain(file, this.#chosen, face),
        remove: () => {
          this.#remove(photo);
          (this.#photos[0]?.card ?? document.getElementById("choose")).focus();
        },
      });
      this.#photos.unshift(photo);
      this.#cards.prepend(photo.card.element);
      this.#ask([photo]);
    }
    this.#arrange();
  }

  /** Answer all once more: the settings have changed. */
  answerAgain() {
    this.#ask(this.#photos);
  }

  removeAll() {
    for (const photo of [...this.#photos]) this.#remove(photo);
  }

  /** Each photo's name and, once it was asked about, its answer or what is wrong, and by what. */
  get answers() {
    return this.#photos.map(({ name, image, wrong, by }) => ({ name, image, wrong, by }));
  }

  get #chosen() {
    const { model, maxError, alwaysAnswer, minScore, minFace, crops } = this.#settings;
    return { model, maxError, alwaysAnswer, minScore, minFace, crops };
  }

  #remove(photo) {
    photo.asked += 1; // what is on its way is for nobody
    photo.card.remove();
    this.#photos = this.#photos.filter((one) => one !== photo);
    this.#waiting = this.#waiting.filter((one) => one !== photo);
    this.#arrange();
  }

  #arrange() {
    this.#section.hidden = !this.shown;
    this.#cards.classList.toggle("one", this.#photos.length === 1);
    const title = this.shown ? count(this.#photos.length, "photo") : "Photos";
    document.getElementById("photos-title").textContent = title;
    document.body.classList.toggle("with-photos", this.shown);
  }

  #ask(photos) {
    for (const photo of photos) {
      photo.asked += 1;
      photo.card.wait();
      if (!this.#waiting.includes(photo)) this.#waiting.push(photo);
    }
    while (this.#working < AT_ONCE && this.#waiting.length) this.#work();
  }

  async #work() {
    this.#working += 1;
    while (this.#waiting.length) await this.#answer(this.#waiting.shift());
    this.#working -= 1;
    if (this.#working || !this.#done.length) return;
    this.#speak(this.#done.length > 3 ? `${this.#done.length} photos answered` : this.#done.join(". "));
    this.#done = [];
  }

  async #answer(photo) {
    const { asked } = photo;
    const settings = this.#chosen;
    const { model, maxError } = settings;
    const { answer, error } = await predictFile(photo.file, settings).then(
      (answer) => ({ answer }),
      (error) => ({ error }),
    );
    const image = answer?.images[0];
    if (asked !== photo.asked) return; // removed, or asked again since
    const read = image && image.status !== "unreadable";
    const wrong = error?.message ?? (read ? "" : `It cannot be read: ${image.reason}.`);
    const by = { model, maxError, low: answer?.low, high: answer?.high };
    Object.assign(photo, { image: image ?? null, wrong, by });
    const { card } = photo;
    this.#done.push(read ? card.show(image) : card.fail(wrong, error instanceof Unreachable));
  }
}
