/**
 * Lets `JSON.stringify` take a result that has versions, which are bigints: they are strings in JSON, since JavaScript's
 * numbers cannot hold them all.
 *
 * @returns The same value, with a `toJSON` that is not enumerable; a value that is no object as it is.
 */
export function withJson<T>(value: T): T {
	if (typeof value !== "object" || value === null || !Object.isExtensible(value)) return value;
	return Object.defineProperty(value, "toJSON", { value: () => plain(value), configurable: true });
}

function plain(value: unknown): unknown {
	if (typeof value === "bigint") return String(value);
	if (Array.isArray(value)) return value.map(plain);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
