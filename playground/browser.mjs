// Opens the playground in headless Chromium and uses it as a person would.
// Usage: node --experimental-websocket browser.mjs DIRECTORY [SCREENSHOTS]

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { createInterface } from "node:readline";

const [directory, screenshots] = process.argv.slice(2);
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };
const TIMEOUT = 60_000;

function serve() {
  const server = createServer((request, response) => {
    const path = join(directory, normalize(new URL(request.url, "http://localhost").pathname));
    try {
      const bytes = readFileSync(path);
      response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream" });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

async function launch(profile) {
  const options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0"];
  const browser = spawn("chromium", [...options, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const line of createInterface({ input: browser.stderr })) {
    const found = /DevTools listening on (ws:\S+)/.exec(line);
    if (found) {
      browser.stderr.resume();
      return { browser, port: new URL(found[1]).port };
    }
  }
  throw new Error("Chromium didn't start");
}

/** A page, to which commands of the DevTools protocol are sent. */
async function attach(port) {
  const targets = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
  const socket = new WebSocket(targets.find((target) => target.type === "page").webSocketDebuggerUrl);
  await new Promise((resolve) => (socket.onopen = resolve));
  const waiting = new Map();
  const problems = [];
  let last = 0;
  socket.onmessage = ({ data }) => {
    const { id, result, error, method, params } = JSON.parse(data);
    if (id !== undefined) {
      const { resolve, reject } = waiting.get(id);
      error ? reject(new Error(error.message)) : resolve(result);
    } else if (method === "Runtime.exceptionThrown") {
      problems.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    } else if (method === "Log.entryAdded" && params.entry.level === "error") {
      problems.push(params.entry.text);
    }
  };
  const send = (method, params = {}) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  await send("Runtime.enable");
  await send("Log.enable");
  await send("Page.enable");
  return { send, problems };
}

async function evaluate(page, expression) {
  const { result } = await page.send("Runtime.evaluate", { expression, returnByValue: true });
  return result.value;
}

async function until(page, expression) {
  const end = Date.now() + TIMEOUT;
  while (!(await evaluate(page, expression))) {
    if (Date.now() > end) {
      throw new Error(`this doesn't become true: ${expression}\n${page.problems.join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function photograph(page, name, width, height, scheme) {
  if (!screenshots) {
    return;
  }
  await page.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
  await page.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { data } = await page.send("Page.captureScreenshot", { captureBeyondViewport: width < 600 });
  writeFileSync(join(screenshots, `${name}.png`), Buffer.from(data, "base64"));
}

const type = (text) =>
  `(editor => { editor.value = ${JSON.stringify(text)}; editor.dispatchEvent(new Event("input")); })` +
  `(document.getElementById("editor"))`;
const STATUS = `document.getElementById("status").textContent`;
const findings = `JSON.parse(document.body.dataset.json || '{"findings": []}').findings`;
const rules = (rule) => `${findings}.filter((finding) => finding.rule === "${rule}" && finding.outcome === "fail").length`;

async function use(page, address) {
  await page.send("Page.navigate", { url: address });
  await until(page, `${rules("single-region-trail")} === 1`);
  await until(page, `document.getElementById("report").srcdoc.includes("single-region-trail")`);
  await photograph(page, "playground-1280-light", 1280, 900, "light");
  await photograph(page, "playground-1280-dark", 1280, 900, "dark");
  await photograph(page, "playground-390-light", 390, 844, "light");
  // The fix changes the file, and the finding goes away.
  await evaluate(page, `document.getElementById("fix").click()`);
  await until(page, `${STATUS} !== "Checking …" && ${rules("single-region-trail")} === 0`);
  await until(page, `document.getElementById("editor").value.includes("default = true")`);
  // Text of a file is no markup of the page.
  const hostile = 'resource "aws_cloudtrail" "a" {\n  name = "</script><img src=x onerror=alert(1)>"\n}\n';
  await evaluate(page, type(hostile));
  await until(page, `${STATUS} !== "Checking …" && ${rules("single-region-trail")} === 1`);
  // A broken file is a finding, and doesn't stop the page.
  await evaluate(page, type('resource "aws_cloudtrail" "a" {\n'));
  await until(page, `${rules("syntax-error")} > 0`);
  await evaluate(page, type(`x = ${"[".repeat(100_000)}\nresource "aws_cloudtrail" "a" {}\n`));
  await until(page, `${STATUS} !== "Checking …" && ${findings}.length > 0`);
  await evaluate(page, `(list => { list.value = "CloudFormation"; list.dispatchEvent(new Event("change")); })(document.getElementById("examples"))`);
  await until(page, `${findings}.some((finding) => finding.outcome === "unknown" && finding.location.path === "template.yaml")`);
}

const profile = mkdtempSync(join(tmpdir(), "chromium-"));
const server = await serve();
const { browser, port } = await launch(profile);
let status = 0;
try {
  const page = await attach(port);
  await use(page, `http://127.0.0.1:${server.address().port}/index.html`);
  if (page.problems.length > 0) {
    throw new Error(page.problems.join("\n"));
  }
  console.log("the playground works in Chromium");
} catch (cause) {
  console.error(String(cause));
  status = 1;
}
browser.kill();
await new Promise((resolve) => browser.once("exit", resolve));
server.close();
rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
process.exit(status);
