#!/usr/bin/env node
// Runs the trailint of the package for this platform, one of the optional dependencies, with the same arguments and streams.
"use strict";

const { spawn } = require("node:child_process");

const name = `trailint-${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/${process.platform === "win32" ? "trailint.exe" : "trailint"}`);
} catch {
  const known = Object.keys(require("./package.json").optionalDependencies).join(", ");
  console.error(`error: the npm package ${name} isn't installed; there are ${known}`);
  console.error("help: install optional dependencies (without `--omit=optional`), or build trailint with cargo");
  process.exit(2);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
// A terminal sends the signal to both processes; other senders only to this one.
signals.forEach((signal) => process.on(signal, () => child.kill(signal)));
child.on("error", (error) => {
  console.error(`error: can't run ${program}: ${error.message}`);
  process.exit(2);
});
child.on("exit", (status, signal) => {
  if (signal) {
    signals.forEach((one) => process.removeAllListeners(one));
    process.kill(process.pid, signal);
  } else {
    process.exit(status);
  }
});
