// Faces followed from frame to frame: steady numbers, steady probabilities, steady words.

const TIME_CONSTANT = 0.4; // seconds over which the log-odds are smoothed
const BOX_TIME = 0.1; // the same for boxes: the detector's jump between sizes of face
const KEPT = 1; // seconds for which a face that is not found keeps its number
const LEAST_OVERLAP = 0.2; // of two boxes, intersection over union
const STEP = 0.2; // in log-odds: how far past a bound the probability must go for a new word

export class Tracks {
  #tracks = [];

  /**
   * Match a frame's faces to those seen before.
   *
   * @param {{box: number[], label: string, p_happy: number}[]} faces of the service's answer
   * @param {{low: number, high: number}} band happy from high on, sad below low
   * @param {number} time in seconds
   * @returns the faces seen now, by number: {number, box, logit, pHappy, label}
   */
  update(faces, band, time) {
    this.#tracks = this.#tracks.filter((track) => time - track.time <= KEPT);
    const seen = pairs(this.#tracks, faces).map(([track, face]) => {
      return follow(track ?? this.#start(), face, band, time);
    });
    return seen.sort((a, b) => a.number - b.number);
  }

  /** The smallest free number: somebody who comes back is 1 again and not 17. */
  #start() {
    let number = 1;
    while (this.#tracks.some((track) => track.number === number)) number += 1;
    const track = { number, time: null, label: "" };
    this.#tracks.push(track);
    return track;
  }

  clear() {
    this.#tracks = [];
  }
}

function follow(track, face, band, time) {
  const since = track.time === null ? Infinity : time - track.time;
  const mixed = (before, now, constant) => now + Math.exp(-since / constant) * (before - now);
  const logit = logOdds(Math.min(Math.max(face.p_happy, 0.0001), 0.9999));
  track.logit = mixed(track.logit ?? 0, logit, TIME_CONSTANT);
  track.pHappy = 1 / (1 + Math.exp(-track.logit));
  track.box = face.box.map((edge, i) => mixed(track.box?.[i] ?? 0, edge, BOX_TIME));
  track.time = time;
  track.label = steadyLabel(track.logit, band, track.label);
  return track;
}

/** The word for a probability. The one before is kept until the bound is passed clearly. */
export function steadyLabel(logit, { low, high }, before) {
  const extra = { happy: [0, -STEP], sad: [STEP, 0], unsure: [-STEP, STEP] }[before] ?? [0, 0];
  if (logit >= logOdds(high) + extra[1]) return "happy";
  return logit < logOdds(low) + extra[0] ? "sad" : "unsure";
}

/** Infinite from 0 down and from 1 up: a bound there is one that nothing passes. */
function logOdds(p) {
  if (p <= 0) return -Infinity;
  return p >= 1 ? Infinity : Math.log(p / (1 - p));
}

/** [track or null, face] for each face, those that overlap most first. */
function pairs(tracks, faces) {
  const all = tracks.flatMap((track) => {
    return faces.map((face) => [overlap(track.box, face.box), track, face]);
  });
  const taken = new Map();
  const used = new Set();
  for (const [shared, track, face] of all.sort((a, b) => b[0] - a[0])) {
    if (shared < LEAST_OVERLAP || used.has(track) || taken.has(face)) continue;
    taken.set(face, track);
    used.add(track);
  }
  return faces.map((face) => [taken.get(face) ?? null, face]);
}

function overlap(a, b) {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]);
  return (width * height) / (both - width * height);
}
