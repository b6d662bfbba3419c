// Calls the WebAssembly module: the page's worker and the tests use it.

/** Instantiates the module and returns the function that checks files. */
export async function load(source) {
  const { instance } = await WebAssembly.instantiate(await source, {});
  return (request) => check(instance.exports, request);
}

/** Checks files, `{ files: { path: text }, today }`, and returns `{ report }` or `{ error }`. */
function check(wasm, request) {
  const bytes = new TextEncoder().encode(JSON.stringify(request));
  const place = wasm.request(bytes.length);
  if (place === 0) {
    return { error: "the files are too large for this page" };
  }
  new Uint8Array(wasm.memory.buffer, place, bytes.length).set(bytes);
  const length = wasm.check();
  const response = new Uint8Array(wasm.memory.buffer, wasm.response(), length);
  return JSON.parse(new TextDecoder().decode(response));
}
