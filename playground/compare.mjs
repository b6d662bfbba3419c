// Compares the JSON report of the WebAssembly module with that of the program for the scenarios below directories.
// Usage: node compare.mjs MODULE.wasm PROGRAM DIRECTORY...

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";

import { load } from "./page/trailint.js";

const [module, program, ...directories] = process.argv.slice(2);
const today = new Date().toISOString().slice(0, 10);

function filesBelow(directory) {
  return readdirSync(directory, { recursive: true })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile());
}

/** The texts of a scenario; undefined if one of them isn't text, which a page can't hold. */
function textsOf(scenario) {
  const files = {};
  for (const path of filesBelow(scenario)) {
    const bytes = readFileSync(path);
    const text = bytes.toString("utf8");
    if (!Buffer.from(text, "utf8").equals(bytes)) {
      return undefined;
    }
    files[relative(scenario, path)] = text;
  }
  return files;
}

/** The program's report on a copy outside of the repository, whose root would be the root of the paths. */
function reportOf(scenario) {
  const copy = mkdtempSync(join(tmpdir(), "scenario-"));
  cpSync(scenario, copy, { recursive: true });
  const options = { cwd: copy, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] };
  try {
    return execFileSync(resolve(program), ["check", "--format", "json", "."], options);
  } catch (failure) {
    // The status is that of a check with findings.
    if (failure.status !== 1) {
      throw failure;
    }
    return failure.stdout;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

const check = await load(readFileSync(module));
let [compared, left, different] = [0, 0, 0];
for (const scenario of directories.flatMap((directory) => readdirSync(directory).map((name) => join(directory, name)))) {
  const files = textsOf(scenario);
  if (files === undefined) {
    left += 1;
    continue;
  }
  const { report, error } = check({ files, today });
  const expected = reportOf(scenario);
  compared += 1;
  if (report?.json !== expected) {
    different += 1;
    console.log(`${scenario} differs${error ? `: ${error}` : ""}`);
    if (process.env.SHOW) {
      console.log(report?.json, expected);
    }
  }
}
console.log(`${compared} scenarios compared, ${different} different, ${left} with other bytes than text not compared`);
process.exit(different === 0 && compared > 0 ? 0 : 1);
