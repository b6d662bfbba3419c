"""An editor that holds every message of the server against the protocol, with the types of lsprotocol."""

import json
import os
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse
from typing import Optional, Sequence, Union

from lsprotocol import converters, types

PATIENCE = 60
CONVERTER = converters.get_converter()
# The converter can't read this type by itself.
CONVERTER.register_structure_hook(Optional[Union[str, Sequence[str]]], lambda value, _: value)

# What the server may send before `initialize` is answered.
EARLY = {"window/showMessage", "window/logMessage", "telemetry/event"}

# What an editor of our day can do.
MODERN = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "source"]}}},
        "publishDiagnostics": {
            "relatedInformation": True,
            "codeDescriptionSupport": True,
            "dataSupport": True,
            "versionSupport": True,
            "tagSupport": {"valueSet": [1, 2]},
        },
    },
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
        "workspaceEdit": {"documentChanges": True},
        "textDocumentContent": {"dynamicRegistration": False},
    },
}


class Failure(AssertionError):
    pass


def ensure(condition, *why):
    if not condition:
        raise Failure(" ".join(str(part) for part in why))


def structure(value, kind, what):
    """Reads a value as a type of the protocol, and finds each of its members in what was read."""
    try:
        read = CONVERTER.structure(value, kind)
    except Exception as error:
        raise Failure(f"{what} is no {getattr(kind, '__name__', kind)}: {error!r}: {json.dumps(value)[:2000]}")
    same(value, CONVERTER.unstructure(read, unstructure_as=kind), what)
    return read


def same(value, read, what):
    if isinstance(value, dict):
        ensure(isinstance(read, dict), what, "isn't read as an object")
        for name, member in value.items():
            ensure(name in read, f"{what} has a member `{name}` that the protocol doesn't know")
            same(member, read[name], f"{what}.{name}")
    elif isinstance(value, list):
        ensure(isinstance(read, (list, tuple)) and len(read) == len(value), what, "isn't read as a list")
        for index, (member, other) in enumerate(zip(value, read)):
            same(member, other, f"{what}[{index}]")
    else:
        ensure(value == read, f"{what} is read as {read!r}, not {value!r}")


class Editor:
    """A server, the texts that are open, and what it has published."""

    def __init__(self, capabilities=MODERN, settings=None, root=None):
        self.is_guest = root is not None
        self.root = root or pathlib.Path(os.path.realpath(tempfile.mkdtemp(prefix="trailint-editor-")))
        self.capabilities = capabilities
        self.settings = settings or {}
        self.encoding = "utf-16"
        self.texts = {}
        self.versions = {}
        self.published = {}
        self.messages = []
        self.logged = []
        self.registered = {}
        self.waiting = {}
        self.answers = {}
        self.number = 0
        self.is_initialized = False
        self.incoming = queue.Queue()
        self.process = subprocess.Popen(
            [os.environ["TRAILINT"], "server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.root
        )
        threading.Thread(target=self.read_all, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None and self.process.poll() is None:
            self.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if not self.is_guest:
            shutil.rmtree(self.root, ignore_errors=True)

    # The stream.

    def read_all(self):
        while True:
            length = None
            while True:
                line = self.process.stdout.readline()
                if not line:
                    return self.incoming.put(None)
                if not line.strip():
                    break
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            body = self.process.stdout.read(length)
            self.incoming.put(json.loads(body.decode()) if len(body) == length else None)

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method, params=None):
        self.send({"method": method, "params": params} if params is not None else {"method": method})

    def start_request(self, method, params=None):
        self.number += 1
        self.waiting[self.number] = method
        message = {"id": self.number, "method": method}
        self.send({**message, "params": params} if params is not None else message)
        return self.number

    def request(self, method, params=None, patience=PATIENCE):
        return self.answer(self.start_request(method, params), patience)

    def answer(self, number, patience=PATIENCE):
        self.wait(lambda: number in self.answers, f"the answer to request {number}", patience)
        return self.answers.pop(number)

    def wait(self, condition, what, patience=PATIENCE):
        end = time.monotonic() + patience
        while not condition():
            try:
                message = self.incoming.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise Failure(f"waited in vain for {what}; published {json.dumps(self.published)[:3000]}")
            ensure(message is not None, f"the server has ended before {what}")
            self.take(message)

    def rest(self, seconds=0.3):
        """Takes in what comes within some time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                message = self.incoming.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                return
            ensure(message is not None, "the server has ended")
            self.take(message)

    # What comes in.

    def take(self, message):
        ensure(message.get("jsonrpc") == "2.0", "no version of JSON-RPC:", message)
        if "method" not in message:
            return self.take_answer(message)
        method = message["method"]
        ensure(self.is_initialized or method in EARLY, f"`{method}` comes before `initialize` is answered")
        ensure(method in types.METHOD_TO_TYPES, f"the protocol has no `{method}`")
        structure(message, types.METHOD_TO_TYPES[method][0], method)
        params = message.get("params")
        if "id" in message:
            return self.send({"id": message["id"], "result": self.result(method, params)})
        if method == "textDocument/publishDiagnostics":
            self.take_diagnostics(params)
        elif method == "window/showMessage":
            self.messages.append(params["message"])
        elif method == "window/logMessage":
            self.logged.append(params["message"])

    def take_answer(self, message):
        method = self.waiting.pop(message["id"], None)
        ensure(method is not None, "nobody has asked for", message)
        if "error" in message:
            structure(message["error"], types.ResponseError, f"the error of `{method}`")
            self.answers[message["id"]] = message["error"]
            return
        ensure("result" in message, f"the answer to `{method}` has no result")
        structure(message, types.METHOD_TO_TYPES[method][1], f"the answer to `{method}`")
        self.answers[message["id"]] = message["result"]

    def can(self, path):
        value = self.capabilities
        for name in path.split("/"):
            value = value.get(name, {}) if isinstance(value, dict) else {}
        return value

    def result(self, method, params):
        if method == "client/registerCapability":
            for own in params["registrations"]:
                section = own["method"].split("/")[1]
                ensure(self.can(f"workspace/{section}/dynamicRegistration") is True, f"`{section}` isn't registered here")
                ensure(own["id"] not in self.registered, own["id"], "is registered twice")
                structure(own["registerOptions"], types.METHOD_TO_TYPES[own["method"]][3], own["method"])
                self.registered[own["id"]] = own["registerOptions"]
                for watcher in own["registerOptions"].get("watchers", []):
                    is_relative = isinstance(watcher["globPattern"], dict)
                    has_relative = self.can("workspace/didChangeWatchedFiles/relativePatternSupport") is True
                    ensure(has_relative or not is_relative, "the editor has no relative patterns")
        elif method == "client/unregisterCapability":
            for own in params["unregisterations"]:
                del self.registered[own["id"]]
        elif method == "workspace/configuration":
            ensure(self.can("workspace/configuration") is True, "the editor has no configuration")
            return [self.settings.get(item.get("scopeUri"), self.settings.get(None)) for item in params["items"]]
        else:
            raise Failure(f"nobody answers `{method}`")

    def take_diagnostics(self, params):
        uri = params["uri"]
        if uri in self.versions and "version" in params:
            ensure(params["version"] <= self.versions[uri], "a version that isn't there yet")
        self.published[uri] = params["diagnostics"]
        support = "textDocument/publishDiagnostics"
        for own in params["diagnostics"]:
            self.check_range(uri, own["range"], params.get("version"))
            for other in own.get("relatedInformation", []):
                ensure(self.can(f"{support}/relatedInformation") is True, "the editor shows no other places")
                self.check_range(other["location"]["uri"], other["location"]["range"], None)
            if "codeDescription" in own:
                ensure(self.can(f"{support}/codeDescriptionSupport") is True, "the editor shows no pages")
                ensure(self.can("workspace/textDocumentContent"), "the editor can't open the page")
            ensure("data" not in own or self.can(f"{support}/dataSupport") is True, "the editor keeps no data")
            tags = self.can(f"{support}/tagSupport") or {}
            ensure(set(own.get("tags", [])) <= set(tags.get("valueSet", [])), "the editor has no such tags")
            ensure("\x1b" not in own["message"], "a message acts on a terminal")

    # Positions.

    def text(self, uri):
        if uri in self.texts:
            return self.texts[uri]
        path = self.path(uri)
        return path.read_bytes().decode("utf-8-sig") if path.is_file() else None

    def lines(self, text):
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def width(self, text):
        unit = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[self.encoding]
        return len(text.encode(unit[0])) // unit[1]

    def check_range(self, uri, span, version):
        start, end = ((at["line"], at["character"]) for at in (span["start"], span["end"]))
        ensure(start <= end, "a range ends before it starts:", span)
        text = self.text(uri)
        if text is None or version is not None and version != self.versions.get(uri):
            return
        lines = self.lines(text)
        for line, character in (start, end):
            ensure(line < len(lines), f"{uri} has no line {line}")
            ensure(character <= self.width(lines[line]), f"line {line} of {uri} has no character {character}")

    def offset(self, text, at):
        """The index in a text of a position."""
        index = 0
        for _ in range(at["line"]):
            ends = [end for end in (text.find("\n", index), text.find("\r", index)) if end >= 0]
            index = min(ends) + (2 if text[min(ends):].startswith("\r\n") else 1)
        left = at["character"]
        while left > 0:
            left -= self.width(text[index])
            index += 1
        return index

    # What a user does.

    def path(self, uri):
        return pathlib.Path(os.fsdecode(urllib.parse.unquote_to_bytes(urllib.parse.urlparse(uri).path)))

    def uri(self, name=""):
        return "file://" + urllib.parse.quote(os.fsencode(self.root / name))

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return self.uri(name)

    def initialize(self, folders=("",), options=None, **more):
        uris = [name if ":" in name else self.uri(name) for name in folders]
        params = {"processId": None, "rootUri": uris[0] if uris else None, "capabilities": self.capabilities, **more}
        if self.can("workspace/workspaceFolders") is True:
            params["workspaceFolders"] = [{"uri": uri, "name": uri} for uri in uris] or None
        if options is not None:
            params["initializationOptions"] = options
        result = self.request("initialize", params)
        self.is_initialized = True
        ensure("capabilities" in result, "`initialize` fails:", result)
        self.encoding = result["capabilities"].get("positionEncoding", "utf-16")
        offered = self.can("general/positionEncodings") or ["utf-16"]
        ensure(self.encoding in offered, f"{self.encoding} wasn't offered")
        self.notify("initialized", {})
        return result

    def open(self, name, text=None, uri=None, language="terraform"):
        uri = uri or self.uri(name)
        text = (self.root / name).read_text() if text is None else text
        self.texts[uri], self.versions[uri] = text, 1
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def change(self, uri, old, new):
        """Replaces a part of a text, as typing does."""
        text = self.texts[uri]
        ensure(old in text, f"{old!r} isn't there")
        before = text[: text.index(old)]
        start = self.position(before)
        end = self.position(before + old)
        self.edit(uri, [{"range": {"start": start, "end": end}, "newText": new}])

    def position(self, before):
        lines = self.lines(before)
        return {"line": len(lines) - 1, "character": self.width(lines[-1])}

    def edit(self, uri, edits):
        """Makes edits, of which none knows the others."""
        text = self.texts[uri]
        edits = sorted(edits, key=lambda own: self.offset(text, own["range"]["start"]), reverse=True)
        for own in edits:
            start, end = (self.offset(text, own["range"][key]) for key in ("start", "end"))
            text = text[:start] + own["newText"] + text[end:]
        self.texts[uri] = text
        self.versions[uri] += 1
        changes = [{"range": own["range"], "text": own["newText"]} for own in edits]
        document = {"uri": uri, "version": self.versions[uri]}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def close_text(self, uri):
        del self.texts[uri], self.versions[uri]
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def save(self, uri):
        self.path(uri).write_text(self.texts[uri])
        self.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

    def watched(self, *events):
        """Reports changes on the disk: (URI, 1 for made, 2 for changed, 3 for gone)."""
        changes = [{"uri": uri, "type": kind} for uri, kind in events]
        self.notify("workspace/didChangeWatchedFiles", {"changes": changes})

    def settle(self):
        """Actions are offered on a check that is up to date."""
        self.actions("none:", {"line": 0, "character": 0}, [])

    def hover(self, uri, before, patience=PATIENCE):
        """What is shown after a part of a text."""
        text = self.texts[uri]
        at = self.position(text[: text.index(before) + len(before)])
        found = self.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": at}, patience)
        if found and found["contents"]["kind"] == "markdown":
            ensure("markdown" in (self.can("textDocument/hover/contentFormat") or []), "the editor shows no Markdown")
        return found["contents"]["value"] if found else None

    def actions(self, uri, at, diagnostics, only=None):
        context = {"diagnostics": diagnostics, **({"only": only} if only else {})}
        params = {"textDocument": {"uri": uri}, "range": {"start": at, "end": at}, "context": context}
        return self.request("textDocument/codeAction", params) or []

    def apply(self, edit):
        """Applies an edit of the workspace to the texts that are open, and opens the others."""
        changes = [(uri, None, edits) for uri, edits in edit.get("changes", {}).items()]
        for own in edit.get("documentChanges", []):
            ensure(self.can("workspace/workspaceEdit/documentChanges") is True, "the editor takes no such edits")
            changes.append((own["textDocument"]["uri"], own["textDocument"]["version"], own["edits"]))
        for uri, version, edits in changes:
            ensure(version is None or version == self.versions.get(uri), "the edit is for another version")
            if uri not in self.texts:
                self.open(None, self.text(uri), uri)
            self.edit(uri, edits)

    def found(self, uri, kind="finding"):
        """The rules of the findings of a file but notes, with their lines."""
        self.settle()
        severities = (3,) if kind == "set-here" else (1, 2)
        diagnostics = self.published.get(uri, [])
        wanted = [own for own in diagnostics if own.get("data", {}).get("kind", kind) == kind]
        wanted = [own for own in wanted if own["severity"] in severities]
        return sorted((own.get("code"), own["range"]["start"]["line"]) for own in wanted)

    def has(self, uri, rule, kind="finding"):
        return any(code == rule for code, _ in self.found(uri, kind))

    def close(self):
        ensure(self.request("shutdown") is None, "`shutdown` has a result")
        self.notify("exit")
        ensure(self.process.wait(PATIENCE) == 0, "the server doesn't end as it should")
        ensure(not self.waiting, "requests without an answer:", self.waiting)
