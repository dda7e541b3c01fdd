// Tokenizes and embeds texts with the published JavaScript implementation of the model.
// node oracle.mjs PEERS MODEL ids|vectors < texts.json > answer.json
//   PEERS: folder whose node_modules holds @energetic-ai/core and @energetic-ai/embeddings; MODEL: folder of model.json.
//   texts.json: array of texts, each an array of UTF-16 code units, because JSON strings of other programs have no
//   unpaired surrogates. answer.json: { ids: [[...]], vectors: [[...]] } in the same order; no vectors when only ids are asked for.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const [peers, model] = process.argv.slice(2, 4).map((path) => resolve(path));
const wantsVectors = process.argv[4] === "vectors";
const load = createRequire(join(peers, "package.json"));
const { loadGraphModel } = load("@energetic-ai/core");
const { initModel } = load("@energetic-ai/embeddings");

const encoder = await initModel(async () => ({
  model: await loadGraphModel(`file://${join(model, "model.json")}`),
  vocabulary: JSON.parse(readFileSync(join(model, "vocab.json"), "utf8")),
}));

const texts = JSON.parse(readFileSync(0, "utf8")).map((units) => units.map((unit) => String.fromCharCode(unit)).join(""));
const ids = texts.map((text) => encoder.tokenizer.encode(text));

// A batch costs as much as its longest text, so texts of about the same length go together.
const order = (wantsVectors ? texts.map((_, i) => i) : []).sort((a, b) => ids[a].length - ids[b].length);
const vectors = [];
for (let first = 0; first < order.length; first += 16) {
  const batch = order.slice(first, first + 16);
  // A last text without tokens would get no row, so one that has some always follows.
  const rows = await encoder.embed([...batch.map((i) => texts[i]), "a"]);
  batch.forEach((i, row) => (vectors[i] = rows[row]));
}
process.stdout.write(JSON.stringify({ ids, vectors }));
