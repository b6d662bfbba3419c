// Checks files beside the page, so that a long check doesn't block it.

import { load } from "./trailint.js";

const ready = load(fetch("trailint.wasm").then((response) => response.arrayBuffer()));

onmessage = async ({ data: { number, request } }) => {
  let response;
  try {
    response = (await ready)(request);
  } catch (cause) {
    // After a trap, the memory of the module is in no defined state; the page starts another worker.
    response = { failed: String(cause) };
  }
  postMessage({ number, response });
};
