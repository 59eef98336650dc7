import { createHash } from "node:crypto";
import { type MigrationFile, PROGRAM, type Source } from "@godwit/core";
import type { TemplateUrl } from "./template-url.ts";

/**
 * Names the database that a source makes: the same name for the same migrations, the same driver and options and the same godwit,
 * another one when a byte of a file is another, up or down, since the history keeps both.
 *
 * @returns A name for a folder: `sqlite-node-` and 32 hexadecimal digits.
 */
export async function templateKey(source: Source, { scheme, query }: TemplateUrl): Promise<string> {
	const all = createHash("sha256");
	const add = (...parts: readonly unknown[]): unknown => all.update(`${JSON.stringify(parts)}\n`);
	add(PROGRAM, scheme, query);
	for (const version of await source.versions()) {
		for (const [direction, file] of [
			["up", await source.readUp(version)],
			["down", await source.readDown(version)],
		] as const) {
			if (file !== undefined) add(String(version), direction, file.identifier, await digest(file));
		}
	}
	return `${scheme}-${all.digest("hex").slice(0, 32)}`;
}

/** Of the bytes as they are: line ends too can be part of a text that a migration writes. */
async function digest({ body }: MigrationFile): Promise<string> {
	const hash = createHash("sha256");
	const whole = body.whole?.();
	if (whole !== undefined) return hash.update(whole).digest("hex");
	for await (const bytes of body) hash.update(bytes);
	return hash.digest("hex");
}
