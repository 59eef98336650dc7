import { createUtf8Decoder, type MigrationBody } from "@godwit/core";
import { BODY_START, type Directive, type Statement } from "@godwit/sql";
import { assertNoNul } from "../body-text.ts";
import { NOTHING_BEFORE, splitPart } from "./split-part.ts";

/** All statements of a body. */
export interface WholeBody {
	/** As a `StatementReader`'s. */
	readonly directives: ReadonlySet<Directive>;
	readonly statements: readonly Statement[];
}

/**
 * Splits a body that can be read at once.
 *
 * @returns `undefined` when it has to be read in pieces.
 * @throws MigrateError `ERR_INVALID_BODY`, as `readStatements`; what the body throws.
 */
export function splitWhole(body: MigrationBody): WholeBody | undefined {
	const bytes = body.whole?.();
	if (bytes === undefined) return undefined;
	const text = decode(bytes);
	assertNoNul(text, () => BODY_START);
	return splitPart({ text, start: BODY_START, ended: true }, NOTHING_BEFORE);
}

const strict = new TextDecoder("utf-8", { fatal: true });

/** A decoder for each body takes as long as to split most of them. */
function decode(bytes: Uint8Array): string {
	try {
		return strict.decode(bytes);
	} catch {
		// Says where it fails.
		const decoder = createUtf8Decoder();
		const text = decoder.decode(bytes);
		decoder.end();
		return text;
	}
}
