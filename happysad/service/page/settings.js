// Which model answers, and how sure it must be: two lists, filled by what the service offers.
// How sure: "usual" (the default of the model's card), "always" (answer every face) or an error.

import { modelCard, models } from "./api.js";

const USUAL = "usual";
const ALWAYS = "always";
const HALF = { low: 0.5, high: 0.5 };

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
    form.model.addEventListener("change", () => this.#choose(this.#form.sure.value));
    form.sure.addEventListener("change", () => this.#tell());
    form.crops.addEventListener("change", () => this.#changed());
  }

  /** Ask the service what it offers; Error with a sentence where it does not say. */
  async load() {
    const offered = await models();
    this.#models = offered.models;
    const names = this.#models.map((model) => new Option(model.name, model.name));
    this.#form.model.replaceChildren(...names);
    this.#form.model.value = offered.default;
    const address = new URLSearchParams(location.search);
    const always = ["1", "true"].includes(address.get("always_answer"));
    await this.#choose(always ? ALWAYS : address.get("max_error"));
  }

  get model() {
    return this.#form.model.value;
  }

  /** The error to keep to, null where none is. */
  get maxError() {
    return Number(this.#form.sure.value) || null;
  }

  /** Whether every face is to be answered. */
  get alwaysAnswer() {
    return this.#form.sure.value === ALWAYS;
  }

  /** Whether photos are tight crops of one face each. */
  get crops() {
    return this.#form.crops.checked;
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
    return this.#entry() ?? HALF;
  }

  /** The thresholds that the card has for the choice; none where every face is answered. */
  #entry() {
    if (this.#form.sure.value === USUAL) return this.#card.default;
    return this.#card.unsure?.find((entry) => entry.max_error === this.maxError);
  }

  /**
   * Another model: offer what it can keep to. Wanted is a value of the list; of an error that is
   * not there the next below is taken, and of anything else the first line.
   */
  async #choose(wanted) {
    const name = this.model;
    const model = this.#models.find((one) => one.name === name);
    const card = await modelCard(name).catch(() => ({}));
    if (name !== this.model) return; // changed again meanwhile
    this.#card = card;
    const errors = [...model.max_errors].sort((a, b) => b - a);
    const choices = errors.map((error) => new Option(`At most ${percent(error)} errors`, error));
    const usual = card.default ? [new Option("Usual: clear faces only", USUAL)] : [];
    const always = new Option("Always answer", ALWAYS);
    this.#form.sure.replaceChildren(...usual, always, ...choices);
    const kept = wanted === ALWAYS ? ALWAYS : errors.find((error) => error <= Number(wanted));
    this.#form.sure.value = kept ?? this.#form.sure.options[0].value;
    document.getElementById("model-about").textContent = howGood(card.metrics ?? {});
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
    if (entry === this.#card.default) {
      const { coverage, rejected } = entry;
      return `In tests it answered ${percent(coverage)} of happy and sad faces, and said “unsure” of ${percent(rejected.neutral)} of neutral ones.`;
    }
    return `In tests it answered ${percent(entry.coverage)} of faces and said “unsure” of the rest.`;
  }
}

/** In plain words, by the tests on the card. */
function howGood(metrics) {
  const right = Object.values(metrics).map(({ accuracy }) => Math.round(100 * accuracy)).filter(Number.isFinite);
  if (!right.length) return "Nothing is known of how often it is right.";
  const [least, most] = [Math.min(...right), Math.max(...right)];
  const span = least < most ? `${least} to ${most}` : `${least}`;
  return `Of 100 faces in tests it read ${span} right${least < most ? ", by the kind of picture" : ""}.`;
}

function percent(share) {
  return `${Number((100 * share).toPrecision(2))}\u00a0%`;
}
