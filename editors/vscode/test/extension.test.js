// The extension as it is packaged, in an editor that is made up, with the real server.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const Module = require("node:module");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const { editor, Uri } = require("./vscode.js");

const SERVER = process.env.TRAILINT ?? path.join(__dirname, "../../../target/debug/trailint");
const BAD = 'resource "aws_cloudtrail" "t" {\n  is_multi_region_trail = false\n}\n';

/** An editor in a folder of its own, in which the extension has been started. */
async function start(t, settings) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "trailint-vscode-")));
  const file = path.join(folder, "main.tf");
  fs.writeFileSync(file, BAD);
  const state = editor(folder, settings);
  const extension = load(state.module);
  await extension.activate({ subscriptions: [], extensionPath: folder });
  t.after(async () => {
    await extension.deactivate();
    fs.rmSync(folder, { recursive: true });
  });
  return { state, extension, uri: Uri.file(file).toString() };
}

/** A fresh copy of the extension, for which `vscode` is the module that is given. */
function load(vscode) {
  const bundle = require.resolve("../dist/extension.js");
  delete require.cache[bundle];
  const original = Module._load;
  Module._load = (request, ...rest) => (request === "vscode" ? vscode : original(request, ...rest));
  try {
    return require(bundle);
  } finally {
    Module._load = original;
  }
}

async function until(what, condition) {
  for (let waited = 0; !condition(); waited += 20) {
    assert.ok(waited < 20_000, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("findings of the folder are shown", async (t) => {
  const { state, uri } = await start(t, { path: SERVER });
  await until("diagnostics", () => state.diagnostics.has(uri));
  const found = state.diagnostics.get(uri).find((own) => (own.code.value ?? own.code) === "single-region-trail");
  assert.equal(found.range.start.line, 1);
  assert.equal(found.severity, state.module.DiagnosticSeverity.Error);
  assert.equal(found.code.target.toString(), "trailint:/rules/single-region-trail.md");
  const page = await state.providers.get("trailint").provideTextDocumentContent(found.code.target);
  assert.match(page, /^# /);
  assert.equal(await state.providers.get("trailint").provideTextDocumentContent(Uri.parse("trailint:/x")), "There is no such rule.");
});

test("the server stops and starts as the settings say", async (t) => {
  const { state, uri } = await start(t, { path: SERVER });
  await until("diagnostics", () => state.diagnostics.has(uri));
  const change = (name) => state.events.onDidChangeConfiguration.fire({ affectsConfiguration: (own) => own === name });
  state.settings.enable = false;
  await change("trailint.enable");
  assert.equal(state.diagnostics.size, 0);
  state.settings.enable = true;
  await change("trailint.enable");
  await until("diagnostics again", () => state.diagnostics.has(uri));
  await state.commands.get("trailint.restart")();
  await until("diagnostics after a restart", () => state.diagnostics.has(uri));
});

test("a program that isn't there is told", async (t) => {
  const { state } = await start(t, { path: "/no/such/trailint" });
  assert.match(state.errors.at(-1), /can't be started as `\/no\/such\/trailint`.*`trailint\.path`/);
});
