// One sentence on what went wrong, with a button to try again where that makes sense.

export class Message {
  #element = document.getElementById("message");
  #text = document.getElementById("message-text");
  #button = document.getElementById("again");
  #again = null;

  constructor() {
    this.#button.addEventListener("click", () => {
      const again = this.#again;
      this.hide();
      again?.();
    });
  }

  /** The same sentence twice is said once. */
  show(sentence, again = null) {
    this.#again = again;
    this.#button.hidden = !again;
    if (this.#text.textContent !== sentence) this.#text.textContent = sentence;
    this.#element.hidden = false;
  }

  hide() {
    if (this.#element.hidden) return;
    this.#element.hidden = true;
    this.#text.textContent = "";
  }
}
