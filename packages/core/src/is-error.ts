/**
 * Returns whether a value is an error, also one of another realm, where `instanceof` does not: Jest runs tests in a realm of their
 * own, and what Node throws there, and a native library that an earlier test has loaded, comes from another one.
 */
export function isError(value: unknown): value is Error {
	if (value instanceof Error) return true;
	if (typeof value !== "object" || value === null || !("message" in value) || !("stack" in value)) return false;
	return typeof value.message === "string" && typeof value.stack === "string";
}
