// Which model answers, and how sure it must be: two lists, filled by what the service offers.

import { modelCard, models } from "./api.js";

const USUAL_ERROR = 0.05;
const ALWAYS = { low: 0.5, high: 0.5 };

export class Settings {
  #form;
  #changed;
  #models = [];
  #card = {};

  /**
   * @param {HTMLFormElement} form with the lists model and sure
   * @param {() => void} changed called after a choice
   */
  constructor(form, changed) {
    this.#form = form;
    this.#changed = changed;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.model.addEventListener("change", () => this.#choose(this.maxError));
    form.sure.addEventListener("change", () => this.#tell());
  }

  /** Ask the service what it offers; Error with a sentence where it does not say. */
  async load() {
    const offered = await models();
    this.#models = offered.models;
    const names = this.#models.map((model) => new Option(model.name, model.name));
    this.#form.model.replaceChildren(...names);
    this.#form.model.value = offered.default;
    await this.#choose(Number(new URLSearchParams(location.search).get("max_error")) || USUAL_ERROR);
  }

  get model() {
    return this.#form.model.value;
  }

  /** The error to keep to, null where every face is to be answered. */
  get maxError() {
    return this.#form.sure.value ? Number(this.#form.sure.value) : null;
  }

  /** The lowest score that counts as a face, as the page's address says; null: the model's own. */
  get minScore() {
    return new URLSearchParams(location.search).get("min_score");
  }

  /** Pixels of the smallest face, as the page's address says; null: the model's own. */
  get minFace() {
    return new URLSearchParams(location.search).get("min_face");
  }

  /** Happy from high on, sad below low. */
  get band() {
    return this.#entry() ?? ALWAYS;
  }

  #entry() {
    return this.#card.unsure?.find((entry) => entry.max_error === this.maxError);
  }

  /** Another model: offer the errors that it can keep to, the wanted one or the next below. */
  async #choose(wanted) {
    const name = this.model;
    const model = this.#models.find((one) => one.name === name);
    const card = await modelCard(name).catch(() => ({}));
    if (name !== this.model) return; // changed again meanwhile
    this.#card = card;
    const errors = [...model.max_errors].sort((a, b) => b - a);
    const choices = errors.map((error) => new Option(`At most ${percent(error)} errors`, error));
    this.#form.sure.replaceChildren(new Option("Always answer", ""), ...choices);
    const kept = wanted === null ? undefined : errors.find((error) => error <= wanted);
    this.#form.sure.value = kept ?? "";
    document.getElementById("model-about").textContent = model.summary;
    document.getElementById("card-link").href = `/card?model=${encodeURIComponent(name)}`;
    this.#tell();
  }

  #tell() {
    document.getElementById("sure-about").textContent = this.#about();
    this.#changed();
  }

  #about() {
    if (this.#form.sure.options.length === 1) {
      return "This model cannot say “unsure”: its card has no thresholds.";
    }
    const entry = this.#entry();
    if (!entry) return "Every face gets happy or sad.";
    return `In tests it answered ${percent(entry.coverage)} of faces and said “unsure” of the rest.`;
  }
}

function percent(share) {
  return `${Number((100 * share).toPrecision(2))}\u00a0%`;
}
