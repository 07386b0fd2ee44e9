// One photo with its boxes, and its answer in words.

import { annotated } from "./annotated.js";
import { whyButton } from "./why.js";
import { save } from "./csv.js";
import { drawFaces } from "../draw.js";
import { count, faceLine, inWords, note } from "../labels.js";

const LEAST_WIDTH = 192; // of the picture on the page, so that words have room on a tiny one

export class PhotoCard {
  element = document.createElement("article");
  #image = document.createElement("img");
  #frame = document.createElement("div");
  #boxes = document.createElement("div");
  #answer = document.createElement("div");
  #again = button("Try again");
  #save = button("Download picture");
  #remove = button("Remove");
  #name;
  #answered = null; // faces, width and height of the answer that is shown

  #why;

  /**
   * @param {{again: () => void, remove: () => void, why: (face: number) => Promise<Blob>}} ask
   *   called by the card's buttons
   */
  constructor(file, name, ask) {
    this.#name = name;
    this.#why = ask.why;
    this.#image.src = URL.createObjectURL(file);
    this.#image.alt = name;
    this.#image.decoding = "async";
    // What the browser shows is upright, as are the service's boxes. It knows fewer formats.
    this.#image.onerror = () => (this.#frame.hidden = this.#save.hidden = true);
    this.#build(ask);
    this.wait();
  }

  #build(ask) {
    const title = document.createElement("h3");
    title.textContent = this.#name;
    title.id = `photo-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    const picture = div("picture", this.#image, this.#boxes);
    this.#boxes.className = "boxes";
    this.#boxes.ariaHidden = "true";
    this.#frame.className = "frame";
    this.#frame.append(picture);
    this.#again.addEventListener("click", ask.again);
    this.#remove.addEventListener("click", ask.remove);
    this.#save.addEventListener("click", () => this.#download());
    this.#save.ariaLabel = `Download ${this.#name} with its answer drawn in`;
    this.#remove.ariaLabel = `Remove ${this.#name}`;
    this.#again.ariaLabel = `Try again with ${this.#name}`;
    const text = div("text", title, this.#answer, div("buttons", this.#again, this.#save, this.#remove));
    this.element.className = "card";
    this.element.setAttribute("aria-labelledby", title.id);
    this.element.append(this.#frame, text);
  }

  wait() {
    this.#again.hidden = this.#save.hidden = true;
    this.element.ariaBusy = "true";
    if (!this.#answer.children.length) this.#say("Answering …", "soft");
  }

  /** Show the service's answer for this photo; gives it in a sentence. */
  show(image) {
    this.#done();
    const faces = image.faces.map((face) => ({ ...face, pHappy: face.p_happy }));
    const numbers = faces.map((face, i) => ({ ...face, number: faces.length > 1 ? i + 1 : null }));
    const tiny = image.width < LEAST_WIDTH && image.height < 1.5 * image.width;
    if (tiny) this.#image.width = LEAST_WIDTH;
    drawFaces(this.#boxes, numbers, image.width, image.height);
    this.#answered = [numbers, image.width, image.height];
    this.#save.hidden = this.#frame.hidden || !faces.length;
    if (!faces.length) {
      this.#say("No face found. It finds faces of about 50 pixels or more; in large pictures, of a 27th of the longer side.");
    } else {
      const list = document.createElement("ul");
      list.className = "faces";
      list.append(...faces.map((face, i) => this.#line(face, i)));
      this.#answer.replaceChildren(list);
      if (this.#frame.hidden) this.#answer.append(paragraph("This browser cannot show the picture.", "soft"));
    }
    const words = faces.map((face) => inWords(face.label) + note(face)).join(", ");
    const summary = faces.length ? `${count(faces.length, "face")}, ${words}` : "no face found";
    this.#image.alt = `${this.#name}: ${summary}`;
    return this.#image.alt;
  }

  /** Say why there is no answer; gives that with the photo's name. */
  fail(sentence, mayTryAgain) {
    this.#done();
    this.#again.hidden = !mayTryAgain;
    drawFaces(this.#boxes, [], 1, 1);
    this.#say(sentence, "wrong");
    return `${this.#name}: ${sentence}`;
  }

  #line(face, i) {
    const line = faceLine(`Face ${i + 1}`, face);
    line.append(" ", whyButton(`${this.#name}, face ${i + 1}`, () => this.#why(i)));
    return line;
  }

  async #download() {
    await this.#image.decode();
    const name = this.#name.replace(/\.\w+$/, "");
    save(await annotated(this.#image, ...this.#answered), `${name}-happysad.jpg`);
  }

  /** For keyboards: where to go on after another card is gone. */
  focus() {
    this.#remove.focus();
  }

  remove() {
    URL.revokeObjectURL(this.#image.src);
    this.element.remove();
  }

  #done() {
    this.#again.hidden = true;
    this.element.ariaBusy = "false";
  }

  #say(text, kind = "") {
    this.#answer.replaceChildren(paragraph(text, kind));
  }
}

function paragraph(text, kind) {
  return Object.assign(document.createElement("p"), { className: kind, textContent: text });
}

function button(text) {
  const element = document.createElement("button");
  Object.assign(element, { type: "button", className: "small", textContent: text });
  return element;
}

function div(name, ...children) {
  const element = document.createElement("div");
  element.className = name;
  element.append(...children);
  return element;
}
