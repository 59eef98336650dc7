/**
 * Packs the packages as they would be published, looks at the archives, and does with them what a user does, in folders
 * without the workspace.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkArchives } from "./archive-checks.ts";
import { packAll } from "./archives.ts";
import { useCommonJs } from "./common-js.ts";
import { installGlobally } from "./container.ts";
import { useEveryBackend } from "./every-backend.ts";
import { followReadme } from "./follow-readme.ts";
import { publishNothingTwice } from "./published.ts";
import { type Registry, startRegistry } from "./registry.ts";
import { makeDriver } from "./template-driver.ts";
import { runTestingGuide } from "./testing-guide.ts";
import { newUser, type User } from "./user.ts";

const folder = mkdtempSync(join(tmpdir(), "godwit-packed-"));

let registry: Registry | undefined;

try {
	const archives = packAll(join(folder, "archives"));
	await checkArchives(archives);
	const other = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
	registry = await startRegistry(join(folder, "archives"), other);
	const { url } = registry;
	const user = (name: string): User => newUser(join(folder, name), url);
	followReadme(user("readme"));
	await useEveryBackend(user("backends"));
	runTestingGuide(user("testing"));
	useCommonJs(user("common-js"));
	makeDriver(user("driver"));
	installGlobally(user("container"));
	publishNothingTwice(user("release"), archives, join(folder, "archives"));
	console.log(`the ${archives.length} packed packages install and migrate`);
} finally {
	await registry?.close();
	rmSync(folder, { recursive: true, force: true });
}
