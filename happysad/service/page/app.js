// The page: what is wired to what.

import { Camera } from "./live/camera.js";
import { csvText, save } from "./photos/csv.js";
import { offerSamples } from "./photos/samples.js";
import { openDropZone } from "./drop_zone.js";
import { Live } from "./live/live.js";
import { LiveView } from "./live/live_view.js";
import { Message } from "./message.js";
import { Photos } from "./photos/photos.js";
import { Settings } from "./settings.js";

const at = (id) => document.getElementById(id);
const speak = (text) => (at("spoken").textContent = text);

const message = new Message();
const settings = new Settings(at("settings"), settingsChanged);
const photos = new Photos(settings, speak);
const camera = new Camera(at("video"));
const view = new LiveView(settings, speak);
const live = new Live(camera, at("live-boxes"), settings, { seen, wrong });

/** For those who measure the page from outside. */
window.happysad = { stats: live.stats, rate: () => view.rate };

let running = false; // or about to

async function startCamera(id = null) {
  live.stop();
  message.hide();
  running = true;
  arrange();
  try {
    if (!(await camera.start(id, stopCamera))) return;
  } catch (error) {
    stopCamera(error.message, () => startCamera());
    return;
  }
  at("camera").hidden = false;
  at("live-picture").classList.toggle("mirrored", camera.mirrored);
  view.clear();
  at("camera").scrollIntoView({ block: "nearest" });
  live.start();
  offerCameras();
}

function stopCamera(sentence = "", again = null) {
  running = false;
  live.stop();
  camera.stop();
  at("camera").hidden = true;
  arrange();
  if (sentence) message.show(sentence, again);
  else message.hide();
}

function arrange() {
  at("camera-button").textContent = running ? "Stop the camera" : "Use the camera";
  document.body.classList.toggle("with-camera", running);
  const place = at(running ? "beside" : "settings-place");
  if (!place.contains(at("settings"))) place.append(at("settings"));
}

async function offerCameras() {
  const cameras = await camera.list().catch(() => []);
  if (!camera.id) return; // stopped meanwhile
  at("which").hidden = cameras.length < 2;
  const names = cameras.map(({ label, deviceId }, i) => {
    return new Option(label || `Camera ${i + 1}`, deviceId);
  });
  at("which-camera").replaceChildren(...names);
  at("which-camera").value = camera.id;
}

function seen(faces, time) {
  message.hide();
  view.show(faces, time);
}

function wrong(error) {
  message.show(error.message);
}

let answeredBy = "";

function settingsChanged() {
  photos.answerAgain();
  if (settings.model === answeredBy) return;
  answeredBy = settings.model;
  live.forget();
  view.forget();
}

async function load() {
  try {
    await settings.load();
  } catch (error) {
    message.show(error.message, load);
  }
}

openDropZone((files) => photos.add(files));
offerSamples((files) => photos.add(files), (sentence) => message.show(sentence));
at("camera-button").addEventListener("click", () => (running ? stopCamera() : startCamera()));
at("which-camera").addEventListener("change", () => startCamera(at("which-camera").value));
at("remove-all").addEventListener("click", () => {
  photos.removeAll();
  at("choose").focus();
});
at("csv").addEventListener("click", () => {
  save(new Blob([csvText(photos.answers)], { type: "text/csv" }), "happysad.csv");
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden && running) {
    stopCamera("The camera was stopped while the page was out of sight.", () => startCamera());
  }
});
addEventListener("pagehide", () => camera.stop());

await load();
if (new URLSearchParams(location.search).has("camera")) startCamera();
