/** Packs every package for publish.ts: `node release/pack.ts FOLDER`. The packages must have been built. */
import { resolve } from "node:path";
import { packAll } from "../test/packed/archives.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("where to? node release/pack.ts FOLDER");
for (const { name, version } of packAll(resolve(folder))) console.log(`${name}@${version}`);
