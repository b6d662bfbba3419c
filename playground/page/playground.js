// The page: the files that the user edits, and the report on them.

import { examples } from "./examples.js";

const byId = (id) => document.getElementById(id);
const [tabs, editor, status, report, diff] = ["files", "editor", "status", "report", "diff"].map(byId);

let files = {};
let shown = "";
let worker;
let number = 0;
let fixed = {};
let waiting;

function start() {
  worker?.terminate();
  worker = new Worker("worker.js", { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data.number === number) {
      show(data.response);
    }
  };
  worker.onerror = () => (status.textContent = "trailint can't be loaded here.");
}

function show({ report: result, error, failed }) {
  if (failed) {
    start();
  }
  fixed = result?.files ?? {};
  byId("fix").disabled = Object.keys(fixed).length === 0;
  diff.textContent = result?.diff || "No safe fix.";
  report.srcdoc = result?.html ?? "";
  document.body.dataset.json = result?.json ?? "";
  status.textContent = error ?? failed ?? summary(JSON.parse(result.json));
}

function summary({ summary: { trails, errors, warnings, unknown } }) {
  if (trails === 0 && errors === 0 && unknown === 0) {
    return "No trail in these files.";
  }
  const parts = [
    [errors, "error", "errors"],
    [warnings, "warning", "warnings"],
    [unknown, "unknown", "unknown"],
  ];
  const text = parts.filter(([found]) => found > 0).map(([found, one, many]) => `${found} ${found === 1 ? one : many}`);
  return text.length === 0 ? "No error." : `${text.join(", ")}.`;
}

function check() {
  number += 1;
  status.textContent = "Checking …";
  const today = new Date().toISOString().slice(0, 10);
  worker.postMessage({ number, request: { files, today } });
}

function draw() {
  tabs.replaceChildren(
    ...Object.keys(files).map((path) => {
      const tab = document.createElement("button");
      tab.type = "button";
      tab.textContent = path;
      tab.setAttribute("aria-pressed", String(path === shown));
      tab.onclick = () => select(path);
      return tab;
    }),
  );
  editor.value = files[shown] ?? "";
  editor.disabled = shown === "";
}

function select(path) {
  shown = path;
  draw();
}

function open(example) {
  files = { ...examples[example] };
  select(Object.keys(files)[0]);
  check();
}

editor.oninput = () => {
  files[shown] = editor.value;
  clearTimeout(waiting);
  waiting = setTimeout(check, 250);
};

byId("add").onsubmit = (event) => {
  event.preventDefault();
  const path = byId("path").value.trim();
  if (path !== "" && !(path in files)) {
    files[path] = "";
    byId("path").value = "";
    select(path);
    editor.focus();
  }
};

byId("remove").onclick = () => {
  delete files[shown];
  select(Object.keys(files)[0] ?? "");
  check();
};

byId("fix").onclick = () => {
  files = { ...files, ...fixed };
  draw();
  check();
};

byId("examples").replaceChildren(...Object.keys(examples).map((name) => new Option(name)));
byId("examples").onchange = (event) => open(event.target.value);

start();
open(Object.keys(examples)[0]);
