/** Differs from process to process; node's cryptographic random source takes 5 ms to load. */
const origin = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
let count = 0;

/** Returns a text that no other change of a version has, see `VersionChange.token`. */
export function newToken(): string {
	return `${origin}-${(++count).toString(36)}`;
}
