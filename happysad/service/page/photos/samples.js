// Faces of nobody to try the page with, drawn by the service.

/**
 * @param {(files: File[]) => void} add called with the picture that was clicked
 * @param {(sentence: string) => void} wrong
 */
export function offerSamples(add, wrong) {
  for (const button of document.querySelectorAll("#samples button")) {
    button.addEventListener("click", async () => {
      const name = button.dataset.sample;
      try {
        const answer = await fetch(`/samples/${name}.png`);
        if (!answer.ok) throw new Error(answer.status);
        add([new File([await answer.blob()], `${name}.png`, { type: "image/png" })]);
      } catch {
        wrong("The server does not answer: see that it still runs, then try again.");
      }
    });
  }
}
