#!/usr/bin/env node
// Runs on every Node, however old: no syntax and no import that an old one could trip over before it can say what is wrong.
var NEEDED = [22, 18];
var found = process.versions.node.split(".");
var isOld = Number(found[0]) < NEEDED[0] || (Number(found[0]) === NEEDED[0] && Number(found[1]) < NEEDED[1]);

if (isOld) {
  var versions = "hoist needs Node.js " + NEEDED.join(".") + " or newer and was started with " + process.versions.node;
  process.stderr.write(versions + ": install a newer Node.js, or put one first on the PATH\n");
  process.exitCode = 9;
} else {
  void import("./main.ts").then(function (cli) {
    return cli.main();
  });
}
