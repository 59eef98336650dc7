import { isError, MigrateError } from "@godwit/core";
import { DENO_ADVICE, isRefusedByDeno } from "../refused-by-deno.ts";
import type { LinkKind } from "./link.ts";

/** The error for a lock that cannot be made or changed. */
export function lockFailure(databasePath: string, kind: LinkKind, cause: unknown): MigrateError<"ERR_DATABASE"> {
	const reason = isError(cause) ? cause.message : String(cause);
	const links =
		kind === "wasm" ? ", and whether it can hold symbolic links, without which sqlite-native:// alone works" : "";
	const advice = isRefusedByDeno(cause) ? DENO_ADVICE : `check the permissions of its folder${links}`;
	const message = `${databasePath} cannot be locked: ${reason}; ${advice}`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}

/** The error for a lock whose text is too long for another name. @param path Of the lock. @param files How many it names. */
export function noRoomForFile(path: string, files: number, cause: unknown): MigrateError<"ERR_DATABASE"> {
	const message = `${path} has no room for the name of another attached file: it names ${files} that are attached, and a symbolic link holds a few thousand bytes; attach fewer files at once, or by shorter paths`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}
