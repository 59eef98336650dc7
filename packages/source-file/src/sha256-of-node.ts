import type { NewSha256 } from "@godwit/core";

/** A Node that was built without OpenSSL has no `node:crypto`. */
export async function sha256OfNode(): Promise<NewSha256 | undefined> {
	const crypto = await import("node:crypto").catch(() => undefined);
	return crypto && (() => crypto.createHash("sha256"));
}
