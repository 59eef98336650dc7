import { MigrateError } from "../migrate-error.ts";
import { nearestName } from "../nearest-name.ts";
import { urlOfPath } from "./scheme-of-url.ts";

/**
 * Reports a database URL with a scheme that no driver is registered for.
 *
 * @param schemes The registered ones, in the order in which they were registered.
 */
export function unknownDriver(
	url: string,
	scheme: string,
	schemes: readonly string[],
): MigrateError<"ERR_UNKNOWN_DRIVER"> {
	const known = schemes.toSorted();
	const instead = scheme === "file" ? insteadOfFile(url, schemes) : undefined;
	const message =
		instead === undefined
			? unknownScheme("driver", "register", scheme, known)
			: `no driver for the scheme "file"; for a database in a file write ${instead}`;
	return new MigrateError("ERR_UNKNOWN_DRIVER", message, { scheme, known });
}

/** Reports a source URL with a scheme that no source is registered for. */
export function unknownSource(scheme: string, known: readonly string[]): MigrateError<"ERR_UNKNOWN_SOURCE"> {
	const message = unknownScheme("source", "registerSource", scheme, known);
	return new MigrateError("ERR_UNKNOWN_SOURCE", message, { scheme, known });
}

/** SQLite itself names databases by `file:`, and other tools do. */
function insteadOfFile(url: string, schemes: readonly string[]): string | undefined {
	const path = url.replace(/^file:(?:\/\/(?:localhost(?=\/))?)?/i, "");
	return path === "" ? undefined : urlOfPath(path, schemes);
}

function unknownScheme(kind: string, registerName: string, scheme: string, known: readonly string[]): string {
	const nearest = nearestName(scheme, known);
	const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
	const list = known.length === 0 ? "none is registered" : `known are ${known.join(", ")}`;
	return `no ${kind} for the scheme "${scheme}"${hint} (${list}; add one with ${registerName}("${scheme}", factory))`;
}
