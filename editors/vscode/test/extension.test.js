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
async function start(t, settings, others = []) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "trailint-vscode-")));
  const file = path.join(folder, "main.tf");
  fs.writeFileSync(file, BAD);
  const state = editor(folder, settings, others);
  const extension = load(state.module);
  await extension.activate({ subscriptions: [], extensionPath: folder });
  t.after(async () => {
    await extension.deactivate();
    fs.rmSync(folder, { recursive: true });
  });
  return { state, extension, folder, uri: Uri.file(file).toString() };
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
  assert.equal(await state.providers.get("trailint").provideTextDocumentContent(Uri.parse("trailint:/x")), "Unknown rule.");
});

test("settings count as they change", async (t) => {
  const { state, uri } = await start(t, { path: SERVER });
  const shown = () => (state.diagnostics.get(uri) ?? []).length > 0;
  await until("diagnostics", shown);
  const change = (name) =>
    state.events.onDidChangeConfiguration.fire({ affectsConfiguration: (own) => name === own || name.startsWith(`${own}.`) });
  for (const [name, value, other] of [["enable", false, true], ["select", ["unvalidated-logs"], []]]) {
    const rule = () => (state.diagnostics.get(uri) ?? []).some((own) => (own.code.value ?? own.code) === "single-region-trail");
    state.settings[name] = value;
    await change(`trailint.${name}`);
    await until(`no finding with ${name}`, () => !rule());
    state.settings[name] = other;
    await change(`trailint.${name}`);
    await until(`the finding without ${name}`, rule);
  }
  await state.commands.get("trailint.restart")();
  await until("diagnostics after a restart", shown);
  assert.deepEqual(state.errors, []);
});

test("values, the workspace and parameters of a deployment count as they change", async (t) => {
  const { state, folder, uri } = await start(t, { path: SERVER });
  const write = (name, text) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
    return Uri.file(path.join(folder, name)).toString();
  };
  await until("diagnostics", () => state.diagnostics.has(uri));
  write("values/all.tfvars", "multi = true\n");
  write("parameters/all.json", '[{ "ParameterKey": "Multi", "ParameterValue": "true" }]');
  const values = write("values.tf", 'variable "multi" {\n  default = false\n}\nresource "aws_cloudtrail" "v" {\n  is_multi_region_trail = var.multi\n}\n');
  const workspace = write("workspace/main.tf", 'resource "aws_cloudtrail" "w" {\n  is_multi_region_trail = terraform.workspace == "prod"\n}\n');
  const template = write("template.yaml", "Parameters:\n  Multi:\n    Type: String\n    Default: 'false'\nResources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: true\n      S3BucketName: logs\n      IsMultiRegionTrail: !Ref Multi\n");
  await state.commands.get("trailint.restart")();
  const found = (of) => (state.diagnostics.get(of) ?? []).some((own) => (own.code.value ?? own.code) === "single-region-trail");
  for (const [name, value, other, of] of [
    ["varFile", ["values/all.tfvars"], [], values],
    ["workspace", "prod", null, workspace],
    ["parameterFile", ["parameters/all.json"], [], template],
  ]) {
    await until(`the finding before ${name} is set`, () => found(of));
    for (const [set, isFound] of [[value, false], [other, true]]) {
      state.settings[name] = set;
      await state.events.onDidChangeConfiguration.fire({ affectsConfiguration: (own) => own === "trailint" || own === `trailint.${name}` });
      await until(`${name} as ${JSON.stringify(set)}`, () => found(of) === isFound);
    }
  }
  assert.deepEqual(state.errors, []);
});

test("each folder has its own settings", async (t) => {
  const other = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "trailint-vscode-")));
  t.after(() => fs.rmSync(other, { recursive: true }));
  fs.writeFileSync(path.join(other, "main.tf"), BAD);
  const settings = { path: SERVER };
  const { state, uri } = await start(t, settings, [other]);
  await until("diagnostics", () => state.diagnostics.get(uri)?.length > 0);
  const otherUri = Uri.file(path.join(other, "main.tf")).toString();
  await until("diagnostics of the other folder", () => state.diagnostics.get(otherUri)?.length > 0);
  state.folders.set(Uri.file(other).toString(), { enable: false });
  await state.events.onDidChangeConfiguration.fire({ affectsConfiguration: () => true });
  await until("the other folder to be left out", () => !state.diagnostics.get(otherUri)?.length);
  await until("the first folder to stay", () => state.diagnostics.get(uri)?.length > 0);
});

test("a program that isn't there is told", async (t) => {
  const { state } = await start(t, { path: "/no/such/trailint" });
  assert.match(state.errors.at(-1), /can't be started as `\/no\/such\/trailint`.*`trailint\.path`/);
});
