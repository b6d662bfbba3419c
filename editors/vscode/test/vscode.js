// As much of the module `vscode` as the extension and its client touch. What is made up here stands for an editor with
// one folder; whatever else is asked for is a class that does nothing.

const { pathToFileURL, fileURLToPath } = require("node:url");

class Disposable {
  constructor(dispose = () => {}) {
    this.dispose = dispose;
  }
}

class Emitter {
  #listeners = new Set();
  event = (listener) => {
    this.#listeners.add(listener);
    return new Disposable(() => this.#listeners.delete(listener));
  };
  fire(event) {
    return Promise.all([...this.#listeners].map((listener) => listener(event)));
  }
  dispose() {
    this.#listeners.clear();
  }
}

class Uri {
  constructor(text) {
    this.text = text;
    this.scheme = text.slice(0, text.indexOf(":"));
  }
  static parse(text) {
    return new Uri(text);
  }
  static file(path) {
    return new Uri(pathToFileURL(path).href);
  }
  get fsPath() {
    return this.scheme === "file" ? fileURLToPath(this.text) : this.text;
  }
  get path() {
    return this.fsPath;
  }
  with() {
    return this;
  }
  toString() {
    return this.text;
  }
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(start, end, line, character) {
    const isFlat = typeof start === "number";
    this.start = isFlat ? new Position(start, end) : start;
    this.end = isFlat ? new Position(line, character) : end;
  }
}

class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}

class CodeActionKind {
  static Empty = new CodeActionKind("");
  static QuickFix = new CodeActionKind("quickfix");
  constructor(value) {
    this.value = value;
  }
  append(part) {
    return new CodeActionKind(this.value ? `${this.value}.${part}` : part);
  }
}

class CancellationTokenSource {
  token = { isCancellationRequested: false, onCancellationRequested: new Emitter().event };
  cancel() {}
  dispose() {}
}

/** A module whose unknown members are classes, and whose classes have members of that kind. */
function lenient(known) {
  const unknown = new Map();
  return new Proxy(known, {
    get(target, name) {
      if (name in target || typeof name === "symbol" || name === "then") {
        return target[name];
      }
      if (!unknown.has(name)) {
        unknown.set(name, lenient(function () {}));
      }
      return unknown.get(name);
    },
  });
}

/** The values of all settings that the extension has, unless some are set. */
function values(settings) {
  const { properties } = require("../package.json").contributes.configuration;
  const defaults = Object.entries(properties).map(([name, property]) => [name.split(".")[1], property.default]);
  return { ...Object.fromEntries(defaults), ...settings };
}

/** An editor with folders, in which some settings hold; those of a folder are in `state.folders`, by its URI. */
function editor(folder, settings, others = []) {
  const events = {};
  const event = (name) => (events[name] ??= new Emitter()).event;
  const state = { events, diagnostics: new Map(), commands: new Map(), errors: [], providers: new Map(), log: [], settings };
  const output = { append: (text) => state.log.push(text), appendLine: (text) => state.log.push(text) };
  const channel = { ...output, show() {}, dispose() {}, info: output.append, error: output.append };
  state.folders = new Map();
  const configuration = (section, resource) => {
    const own = values({ ...state.settings, ...state.folders.get(resource?.toString()) });
    const get = (name, fallback) => (section ? own[name] : { trailint: own }[name]) ?? fallback;
    return { get, has: () => false, inspect: () => undefined };
  };
  const folders = [folder, ...others].map((path, index) => ({ uri: Uri.file(path), name: `folder ${index}`, index }));
  const quiet = (known) =>
    new Proxy(known, {
      get: (target, name) => {
        if (name in target) return target[name];
        return String(name).startsWith("on") ? event(String(name)) : () => new Disposable();
      },
    });
  const collection = {
    set: (uri, all) => state.diagnostics.set(uri.toString(), all),
    delete: (uri) => state.diagnostics.delete(uri.toString()),
    clear: () => state.diagnostics.clear(),
    forEach() {},
    has: () => false,
    dispose: () => state.diagnostics.clear(),
  };
  state.module = lenient({
    Disposable,
    EventEmitter: Emitter,
    Uri,
    Position,
    Range,
    Diagnostic,
    CodeActionKind,
    CancellationTokenSource,
    version: "1.82.0",
    env: quiet({ appName: "a test", language: "en", appHost: "desktop" }),
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
    commands: quiet({
      registerCommand: (name, run) => (state.commands.set(name, run), new Disposable()),
    }),
    languages: quiet({
      createDiagnosticCollection: () => collection,
      match: (_, document) => (document.uri.scheme === "file" ? 10 : 0),
    }),
    window: quiet({
      createOutputChannel: () => channel,
      showErrorMessage: (text) => (state.errors.push(text), Promise.resolve()),
      visibleTextEditors: [],
      tabGroups: quiet({ all: [] }),
    }),
    workspace: quiet({
      workspaceFolders: folders,
      textDocuments: [],
      notebookDocuments: [],
      isTrusted: true,
      getConfiguration: configuration,
      getWorkspaceFolder: () => folders[0],
      createFileSystemWatcher: () => quiet({}),
      registerTextDocumentContentProvider: (scheme, provider) => (state.providers.set(scheme, provider), new Disposable()),
    }),
  });
  return state;
}

module.exports = { editor, Uri };
