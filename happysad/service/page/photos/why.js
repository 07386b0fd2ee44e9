// "Why?": the explanation of a face, in a window of its own.

const dialog = document.getElementById("why");
const state = document.getElementById("why-state");
const picture = document.getElementById("why-picture");
let asked = 0; // of several, the last one counts

/**
 * @param {string} name of the face, such as "party.jpg, face 2"
 * @param {() => Promise<Blob>} explain asks for the picture
 */
export function whyButton(name, explain) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "small", textContent: "Why?" });
  button.ariaLabel = `Why? ${name}`;
  button.addEventListener("click", () => show(name, explain));
  return button;
}

async function show(name, explain) {
  asked += 1;
  const own = asked;
  document.getElementById("why-title").textContent = `Why? ${name}`;
  picture.hidden = true;
  state.textContent = "Looking closer: this takes some seconds …";
  dialog.showModal();
  try {
    const blob = await explain();
    if (own !== asked) return;
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(blob);
    picture.alt = `${name}: the photo, the face upright, a map of the face and bars of its features`;
    picture.hidden = false;
    state.textContent = "";
  } catch (error) {
    if (own === asked) state.textContent = error.message;
  }
}
