import assert from "node:assert/strict";
import { resolve } from "node:path";
import type { Archive } from "./archives.ts";
import type { User } from "./user.ts";

const publish = resolve(import.meta.dirname, "../../release/publish.ts");

/** A release that is repeated publishes nothing twice: the registry has everything. */
export function publishNothingTwice({ run }: User, archives: readonly Archive[], folder: string): void {
	const said = run("node", publish, folder).trimEnd().split("\n");
	assert.deepEqual(
		[...said].sort(),
		archives.map(({ name, version }) => `${name}@${version} is published already`).sort(),
	);
}
