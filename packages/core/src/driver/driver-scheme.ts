import type { Driver } from "./driver.ts";

/** By whom a driver was opened: the scheme of its URL. */
const schemes = new WeakMap<Driver, string>();

/** Notes the scheme of the URL that a driver was opened by, for messages. */
export function noteScheme(driver: Driver, scheme: string): void {
	schemes.set(driver, scheme);
}

/** Returns what was noted; `undefined` for a driver that was not opened by URL. */
export function schemeOf(driver: Driver): string | undefined {
	return schemes.get(driver);
}
