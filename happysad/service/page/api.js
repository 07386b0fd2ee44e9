// The service's answers, and its mistakes as sentences.

export class Unreachable extends Error {}

const SAYS_NOTHING = "The server does not answer: see that it still runs, then try again.";

// What the server takes at most. Asked for here too, since a server that refuses a long body
// closes the connection, and the browser cannot tell that from a server that is gone.
const MOST_BYTES = 20_000_000;

async function ask(address, options, read = (response) => response.json()) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    throw error.name === "AbortError" ? error : new Unreachable(SAYS_NOTHING);
  }
  let body = null;
  try {
    body = await (response.ok ? read(response) : response.json());
  } catch (error) {
    if (error.name === "AbortError") throw error;
  }
  if (response.ok || (response.status === 422 && body?.images)) return body;
  const detail = body?.detail;
  throw new Error(typeof detail === "string" ? detail : `The server said ${response.status}.`);
}

/** {"default": name, "models": [{name, summary, max_errors}]} */
export function models() {
  return ask("/v1/models");
}

export function modelCard(name) {
  return ask(name ? `/v1/model?model=${encodeURIComponent(name)}` : "/v1/model");
}

/**
 * What the model says of one picture.
 *
 * @param {Blob} blob an encoded image
 * @param {{model: string, maxError: ?number, alwaysAnswer: boolean, minScore: ?string,
 *   minFace: ?string, crops: ?boolean}} settings
 * @returns the service's answer; its images[0] is the picture's
 */
export function predict(blob, settings, signal) {
  const options = { method: "POST", body: blob, headers: kind(blob), signal };
  return ask(`/v1/predict?${queryOf(settings)}`, options);
}

/** A picture of what in a face spoke for happy and what for sad: a Blob. */
export function explain(blob, settings, face) {
  const query = queryOf(settings);
  query.set("face", face);
  const options = { method: "POST", body: blob, headers: kind(blob) };
  return ask(`/v1/explain?${query}`, options, (response) => response.blob());
}

function kind(blob) {
  return { "Content-Type": blob.type.startsWith("image/") ? blob.type : "image/jpeg" };
}

function queryOf(settings) {
  const query = new URLSearchParams();
  if (settings.model) query.set("model", settings.model);
  if (settings.maxError !== null) query.set("max_error", settings.maxError);
  if (settings.alwaysAnswer) query.set("always_answer", "true");
  if (settings.minScore !== null) query.set("min_score", settings.minScore);
  if (settings.minFace !== null) query.set("min_face", settings.minFace);
  if (settings.crops) query.set("crops", "true");
  return query;
}

/** A photo's answer; Error with a sentence where the file itself cannot be sent. */
export async function predictFile(file, settings) {
  if (file.size > MOST_BYTES) {
    throw new Error("The picture is larger than 20 MB: send a smaller copy.");
  }
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Error("The browser cannot read it: it is a folder, or the file was moved.");
  }
  // Sent as it is, not shrunk: the server finds small faces in large photos, and the boxes of the
  // table are then in the photo's own pixels.
  return predict(file, settings);
}
