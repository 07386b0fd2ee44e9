// A chart of the probability of happy over the last half minute, a line per face.

const SECONDS = 30;
const GAP = 1; // seconds without a face, from which on its line is broken
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

export class History {
  #canvas;
  #points = [];
  #spokenAt = -Infinity;

  constructor(canvas) {
    this.#canvas = canvas;
  }

  add(faces, time) {
    for (const { number, pHappy } of faces) this.#points.push({ number, pHappy, time });
  }

  clear() {
    this.#points = [];
    this.#spokenAt = -Infinity;
  }

  /** Draw what happened until now; in words, every few seconds, for those who do not see it. */
  draw({ low, high }, now) {
    this.#points = this.#points.filter((point) => now - point.time <= SECONDS);
    const { width, height, context } = this.#sized();
    const colors = getComputedStyle(document.documentElement);
    const color = (name) => colors.getPropertyValue(`--${name}`).trim();
    const y = (p) => (1 - Math.min(Math.max(p, 0), 1)) * height;
    const inside = (p) => Math.min(Math.max(y(p), 8), height - 8); // number and all
    const bands = [["happy", high, 1], ["unsure", low, high], ["sad", 0, low]];
    context.clearRect(0, 0, width, height);
    context.textBaseline = "middle";
    context.font = `600 13px ${colors.fontFamily || "sans-serif"}`;
    for (const [name, from, to] of bands) {
      fill(context, color(name), y(to), y(from), width);
      word(context, color("text"), name, y(to), y(from));
    }
    context.strokeStyle = context.fillStyle = color("text");
    const x = (time) => width - 20 - ((now - time) / SECONDS) * (width - 26);
    this.#lines().forEach((points, number) => line(context, points, number, x, inside));
    if (now - this.#spokenAt > 2) {
      this.#canvas.setAttribute("aria-label", this.#inWords());
      this.#spokenAt = now;
    }
  }

  #sized() {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== w || this.#canvas.height !== h) {
      Object.assign(this.#canvas, { width: w, height: h });
    }
    const context = this.#canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return { width, height, context };
  }

  #lines() {
    const lines = new Map();
    for (const point of this.#points) {
      if (!lines.has(point.number)) lines.set(point.number, []);
      lines.get(point.number).push(point);
    }
    return lines;
  }

  #inWords() {
    const entries = [...this.#lines()].map(([number, points]) => {
      const percents = points.map((point) => Math.round(100 * point.pHappy));
      const [least, most] = [Math.min(...percents), Math.max(...percents)];
      return `face ${number} now ${percents.at(-1)} percent happy, between ${least} and ${most}`;
    });
    return entries.length ? `Over the last 30 seconds: ${entries.join("; ")}` : "No face so far";
  }
}

function fill(context, color, top, bottom, width) {
  context.globalAlpha = 0.16;
  context.fillStyle = color;
  context.fillRect(0, top, width, bottom - top);
  context.globalAlpha = 1;
}

/** The band's name at its left, where the band is high enough for it. */
function word(context, color, name, top, bottom) {
  if (bottom - top < 17) return;
  context.fillStyle = color;
  context.fillText(name, 8, (top + bottom) / 2);
}

function line(context, points, number, x, y) {
  context.lineWidth = 2.5;
  context.lineJoin = "round";
  context.setLineDash(DASHES[(number - 1) % DASHES.length]);
  context.beginPath();
  points.forEach(({ time, pHappy }, i) => {
    const broken = i === 0 || time - points[i - 1].time > GAP;
    if (broken) context.moveTo(x(time), y(pHappy));
    else context.lineTo(x(time), y(pHappy));
  });
  context.stroke();
  context.setLineDash([]);
  const last = points.at(-1);
  context.fillText(String(number), x(last.time) + 6, y(last.pHappy));
}
