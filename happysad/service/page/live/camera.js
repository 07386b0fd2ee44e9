// The camera, its pictures, and what goes wrong with it.

const WIDTH = 640;
const HEIGHT = 480;
const QUALITY = 0.85; // of the JPEG: a frame is some 40 kB

const WRONG = {
  NotFoundError: "No camera was found: connect one and try again, or choose photos instead.",
  OverconstrainedError: "That camera is gone: choose another one and try again.",
  NotAllowedError:
    "The browser keeps the camera from this page: allow it by the sign beside the address, then try again.",
  NotReadableError:
    "The camera does not start: another program may be using it. Close that one and try again.",
};
const INSECURE =
  "Browsers give the camera to secure addresses only: open this page by http://localhost on the " +
  "machine that serves it, or by https.";

export class Camera {
  #video;
  #canvas = document.createElement("canvas");
  #stream = null;
  #asked = 0; // starts and stops: of several, the last one counts
  #taken = 0;

  constructor(video) {
    this.#video = video;
  }

  /**
   * Start the camera of this id, or any. Error with a sentence where that fails.
   *
   * @param {(sentence: string) => void} lost called where the camera goes away later
   * @returns whether it runs: not where it was stopped or started anew meanwhile
   */
  async start(id, lost) {
    this.stop();
    const asked = this.#asked;
    if (!navigator.mediaDevices?.getUserMedia) throw new Error(INSECURE);
    const which = id ? { deviceId: { exact: id } } : { facingMode: "user" };
    const size = { width: { ideal: WIDTH }, height: { ideal: HEIGHT } };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { ...which, ...size } });
      if (asked !== this.#asked) {
        end(stream);
        return false;
      }
      this.#stream = this.#video.srcObject = stream;
      await this.#video.play();
    } catch (error) {
      if (asked !== this.#asked) return false;
      this.stop();
      throw new Error(WRONG[error.name] ?? `The camera does not start: ${error.message}`);
    }
    this.#track.onended = () => lost("The camera was disconnected or taken away.");
    return true;
  }

  stop() {
    this.#asked += 1;
    if (this.#stream) end(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  /** One's own face is shown as in a mirror; a phone's back camera is not. */
  get mirrored() {
    return this.#track?.getSettings().facingMode !== "environment";
  }

  get id() {
    return this.#track?.getSettings().deviceId;
  }

  /** All cameras; their names are known once one of them runs. */
  async list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((device) => device.kind === "videoinput");
  }

  /** A frame that was not taken yet, as soon as there is one: {blob, width, height}. */
  async frame() {
    while (this.#taken === this.#shown) {
      await new Promise((resolve) => nextFrame(this.#video, resolve));
    }
    this.#taken = this.#shown;
    this.#draw();
    const { width, height } = this.#canvas;
    const blob = await new Promise((done) => this.#canvas.toBlob(done, "image/jpeg", QUALITY));
    return { blob, width, height };
  }

  /** A camera that knows no 640x480 is made smaller here: larger frames only take longer. */
  #draw() {
    const { videoWidth, videoHeight } = this.#video;
    const scale = Math.min(1, WIDTH / Math.max(videoWidth, videoHeight));
    const width = Math.round(videoWidth * scale);
    const height = Math.round(videoHeight * scale);
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      Object.assign(this.#canvas, { width, height });
    }
    // For reading back: else it may live on the graphics card, whence each frame must be fetched.
    const context = this.#canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    context.drawImage(this.#video, 0, 0, width, height);
  }

  /** Frames shown so far; where the browser does not count, the stream's time stands for it. */
  get #shown() {
    return this.#video.getVideoPlaybackQuality?.().totalVideoFrames || this.#video.currentTime;
  }
}

function end(stream) {
  stream.getTracks().forEach((track) => track.stop());
}

function nextFrame(video, then) {
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(then);
  else requestAnimationFrame(then);
}
