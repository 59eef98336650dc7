import { toVersion } from "../../version.ts";
import type { VersionChange } from "../version-state.ts";

/** @throws TypeError For code without types. @throws MigrateError `ERR_INVALID_VERSION`. */
export function assertChange(change: VersionChange): void {
	if (typeof change?.version === "bigint" && typeof change.dirty === "boolean") {
		toVersion(change.version);
		return;
	}
	throw new TypeError("a change of the version is { version: bigint, dirty: boolean }, and more, see VersionChange");
}
