// A model's card, for people.

import { modelCard, models } from "../api.js";
import { section, table } from "./tables.js";

const METRICS = [
  ["accuracy", "Right answers"],
  ["balanced_accuracy", "Right answers, both classes counting the same"],
  ["precision_happy", "Of faces called happy, happy"],
  ["recall_happy", "Of happy faces, called happy"],
  ["precision_sad", "Of faces called sad, sad"],
  ["recall_sad", "Of sad faces, called sad"],
  ["f1_macro", "F1, mean of both classes"],
];

const share = (value) => (Number.isFinite(value) ? `${(100 * value).toFixed(1)}\u00a0%` : "–");

const whole = (value) => (Number.isFinite(value) ? value.toLocaleString("en") : null);

/** A row per metric and a column per data set, with the number of faces it was tested on. */
function metricsTable(metrics) {
  const sets = Object.entries(metrics);
  const n = ({ tp, fp, fn, tn }) => tp + fp + fn + tn;
  const rows = METRICS.map(([key, words]) => [words, ...sets.map(([, entry]) => share(entry[key]))]);
  const faces = ["Faces", ...sets.map(([, entry]) => whole(n(entry)))];
  return table(["Tested on", ...sets.map(([name]) => name)], [faces, ...rows]);
}

function between({ low, high }) {
  return `${share(Math.max(low, 0))} to ${share(Math.min(high, 1))}`;
}

/** What is usually unsure: the thresholds, and the share of each kind of face. */
function usualTable(entry) {
  const { happy, sad, neutral, other } = entry.rejected;
  const rows = [["“Unsure” for chances of happy from", between(entry)]];
  const kinds = { "happy faces": happy, "sad faces": sad, "neutral faces": neutral, "angry, disgusted, frightened or surprised faces": other };
  const known = Object.entries(kinds).filter(([, value]) => value !== undefined);
  return table(null, [...rows, ...known.map(([kind, value]) => [`Unsure of ${kind}`, share(value)])]);
}

function unsureTable(entries) {
  const rows = entries.map((entry) => {
    const error = `${Number((100 * entry.max_error).toPrecision(2))}\u00a0%`;
    return [error, share(entry.coverage), between(entry)];
  });
  return table(["Errors at most", "Faces answered", "“Unsure” for chances of happy from"], rows);
}

/** What it is: name and value, as far as this card says so. */
function facts(card) {
  const megabytes = card.bytes ? `${(card.bytes / 1e6).toFixed(1)} MB` : null;
  const steps = card.steps?.map((step) => step.class.split(".").at(-1)).join(", then ");
  const day = card.created?.slice(0, 10);
  const rows = [
    ["Recipe", card.recipe], ["Trained on", card.dataset], ["Faces trained on", whole(card.n_train)],
    ["Steps", steps], ["Made on", day], ["Size", megabytes], ["SHA-256 of the file", card.sha256],
  ];
  return rows.filter(([, value]) => value !== undefined && value !== null && value !== "");
}

function list(lines) {
  const element = document.createElement("ul");
  element.append(...lines.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  return element;
}

function show(name, card) {
  document.title = `${name} · model card · happysad`;
  document.getElementById("name").textContent = name;
  document.getElementById("summary").textContent = card.summary ?? "";
  document.getElementById("raw").href = `/v1/model?model=${encodeURIComponent(name)}`;
  const parts = [section("What it is", table(null, facts(card)))];
  const tested = Object.keys(card.metrics ?? {}).length > 0;
  const untested = "This card says nothing of tests: do not rely on the answers before testing.";
  parts.push(section("How it was tested", tested ? metricsTable(card.metrics) : list([untested])));
  if (card.default) parts.push(section("When it usually says “unsure”", usualTable(card.default)));
  if (card.unsure?.length) parts.push(section("When it is to keep to an error", unsureTable(card.unsure)));
  if (card.licences?.length) parts.push(section("Terms", list(card.licences)));
  const versions = Object.entries(card.versions ?? {});
  if (versions.length) parts.push(section("Made with", table(null, versions)));
  document.getElementById("parts").replaceChildren(...parts);
}

/** A list of the service's models, where it has several. */
function offerOthers(offered, name) {
  const choice = document.getElementById("model");
  choice.replaceChildren(...offered.models.map((model) => new Option(model.name, model.name)));
  choice.value = name;
  choice.addEventListener("change", () => {
    location.search = new URLSearchParams({ model: choice.value });
  });
  document.getElementById("others").hidden = offered.models.length < 2;
}

try {
  const offered = await models();
  const name = new URLSearchParams(location.search).get("model") ?? offered.default;
  show(name, await modelCard(name));
  offerOthers(offered, name);
} catch (error) {
  const message = document.getElementById("message");
  message.textContent = error.message;
  message.hidden = false;
}
