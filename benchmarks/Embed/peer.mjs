// Embeds texts with the published JavaScript implementation and measures itself.
// node peer.mjs PEERS MODEL: each line read is a JSON array of texts (a batch, warm-up included); each line written is
// {"seconds": S, "vectors": [[...]]}. PEERS: folder whose node_modules holds the packages; MODEL: folder of model.json.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const [peers, model] = process.argv.slice(2).map((path) => resolve(path));
const load = createRequire(join(peers, "package.json"));
const { loadGraphModel } = load("@energetic-ai/core");
const { initModel } = load("@energetic-ai/embeddings");

const encoder = await initModel(async () => ({
  model: await loadGraphModel(`file://${join(model, "model.json")}`),
  vocabulary: JSON.parse(readFileSync(join(model, "vocab.json"), "utf8")),
}));

for await (const line of createInterface({ input: process.stdin })) {
  const { texts, batch } = JSON.parse(line);
  const began = performance.now();
  const vectors = [];
  for (let first = 0; first < texts.length; first += batch)
    vectors.push(...(await encoder.embed(texts.slice(first, first + batch))));
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(JSON.stringify({ seconds, vectors }) + "\n");
}
