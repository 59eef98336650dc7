/**
 * Publishes the archives in a folder that the registry does not have yet: `node release/publish.ts FOLDER`. A run that stopped
 * half-way is finished by the next one.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { archivesIn } from "../test/packed/archives.ts";
import { publishOrder } from "./publish-order.ts";

/** @throws When the registry does not answer, which is not to be taken for "not published". */
function isPublished(name: string, version: string): boolean {
	const { status, stdout } = spawnSync("npm", ["view", `${name}@${version}`, "version", "--json"], {
		encoding: "utf8",
	});
	if (status === 0) return stdout.trim() !== "";
	if (JSON.parse(stdout || "{}").error?.code === "E404") return false;
	throw new Error(`npm view ${name}@${version} has failed: ${stdout}`);
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("which folder has the archives? node release/publish.ts FOLDER");
const archives = archivesIn(folder);
if (archives.length === 0) throw new Error(`${folder} has no archive`);
for (const { name, version, path } of publishOrder(archives)) {
	if (isPublished(name, version)) {
		console.log(`${name}@${version} is published already`);
		continue;
	}
	execFileSync("npm", ["publish", path, "--access", "public", "--provenance"], { stdio: "inherit" });
}
