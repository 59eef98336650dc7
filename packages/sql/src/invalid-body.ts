import { MigrateError } from "@godwit/core";
import type { Place } from "./place.ts";

/** Reports a body that is refused before its first statement runs. */
export function invalidBody(
	problem: string,
	{ line, column }: Place,
	message: string,
): MigrateError<"ERR_INVALID_BODY"> {
	return new MigrateError("ERR_INVALID_BODY", message, { line, column, problem });
}
