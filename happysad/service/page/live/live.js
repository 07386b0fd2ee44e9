// The live loop: a frame, its answer, the boxes; then the next frame.

import { predict } from "../api.js";
import { drawFaces } from "../draw.js";
import { Tracks } from "./tracks.js";

const PAUSE = 1500; // milliseconds after a failure

export class Live {
  #camera;
  #layer;
  #settings;
  #tracks = new Tracks();
  #run = null;

  /** Answers so far and the milliseconds that their parts took, for those who measure. */
  stats = { answers: 0, grab: 0, answer: 0, draw: 0 };

  /**
   * @param {Camera} camera started already
   * @param {HTMLElement} layer over the picture
   * @param {Settings} settings
   * @param {{seen: Function, wrong: Function}} tell seen(tracks, seconds) after each answer,
   *   wrong(error) where there was none
   */
  constructor(camera, layer, settings, tell) {
    this.#camera = camera;
    this.#layer = layer;
    this.#settings = settings;
    Object.assign(this, tell);
  }

  /** Answer frames until `stop`. */
  async start() {
    this.stop();
    const run = new AbortController();
    this.#run = run;
    while (!run.signal.aborted) {
      try {
        await this.#step(run.signal);
      } catch (error) {
        if (run.signal.aborted) return;
        this.wrong(error);
        drawFaces(this.#layer, [], 1, 1);
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }
  }

  /** The frame on its way is dropped: nothing is drawn after this. */
  stop() {
    this.#run?.abort();
    this.#run = null;
    this.#tracks.clear();
    drawFaces(this.#layer, [], 1, 1);
  }

  /** Forget the probabilities of another model. */
  forget() {
    this.#tracks.clear();
  }

  async #step(signal) {
    const { model, maxError, alwaysAnswer, minScore, minFace, band } = this.#settings;
    const settings = { model, maxError, alwaysAnswer, minScore, minFace };
    const began = performance.now();
    const { blob, width, height } = await this.#camera.frame();
    if (signal.aborted) return;
    const sent = performance.now();
    const answer = await predict(blob, settings, signal);
    if (signal.aborted || model !== this.#settings.model) return;
    const image = answer?.images[0];
    if (image?.status === "unreadable") throw new Error(image.reason);
    const came = performance.now();
    const faces = this.#tracks.update(image.faces, band, came / 1000);
    drawFaces(this.#layer, numbered(faces), width, height, this.#camera.mirrored);
    this.seen(faces, came / 1000);
    this.#tell(sent - began, came - sent, performance.now() - came);
  }

  #tell(grab, answer, draw) {
    this.stats.answers += 1;
    this.stats.grab += grab;
    this.stats.answer += answer;
    this.stats.draw += draw;
  }
}

/** A face that is alone needs no number over the picture. */
function numbered(faces) {
  const alone = faces.length === 1 && faces[0].number === 1;
  return faces.map((face) => ({ ...face, number: alone ? null : face.number }));
}
