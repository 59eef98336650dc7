import { cleanUpAfter, type MigrationBody } from "@godwit/core";
import type { Directive, Statement } from "@godwit/sql";
import { BodyText } from "../body-text.ts";
import { HEAD_LENGTH, NOTHING_BEFORE, type PartsBefore, splitPart } from "./split-part.ts";
import { beginsComment } from "./tokens.ts";

/** The statements of a body, a few at a time. */
export interface StatementReader extends AsyncDisposable {
	/** The directives in comments that are before the first statement and end within the first 65,536 characters of the body. */
	readonly directives: ReadonlySet<Directive>;
	/**
	 * Returns the next statements, at least one, or `undefined` at the end. An incomplete trigger at the end is returned
	 * as it is, for SQLite to report.
	 *
	 * @throws MigrateError `ERR_INVALID_BODY`
	 */
	next(): Promise<readonly Statement[] | undefined>;
}

/**
 * Opens a body and reads up to its first statement.
 *
 * @throws MigrateError `ERR_INVALID_BODY`, from `next` too, for a body that is not UTF-8 or cannot be split, and for
 *   an unknown directive.
 */
export async function readStatements(body: MigrationBody): Promise<StatementReader> {
	const reader = new Reader(body);
	try {
		await reader.open();
	} catch (error) {
		throw await cleanUpAfter(error, () => reader[Symbol.asyncDispose]());
	}
	return reader;
}

/**
 * Splits the text that was read, and keeps the rest. A rest without the end of a statement is split again only when its length
 * has doubled. So the time is linear for any length of statements and chunks.
 */
class Reader implements StatementReader {
	readonly #body: BodyText;
	#known = NOTHING_BEFORE;
	/** Statements that `next` has not yet returned. */
	#found: readonly Statement[] = [];

	constructor(body: MigrationBody) {
		this.#body = new BodyText(body);
	}

	get directives(): ReadonlySet<Directive> {
		return this.#known.directives ?? new Set();
	}

	async open(): Promise<void> {
		// One character more, to see whether a comment ends there.
		await this.#body.grow(HEAD_LENGTH + 1);
		this.#found = this.#split();
	}

	async next(): Promise<readonly Statement[] | undefined> {
		while (this.#found.length === 0) {
			if (this.#body.ended) return undefined;
			await this.#body.grow(2 * this.#body.text.length);
			this.#found = this.#split();
		}
		const found = this.#found;
		this.#found = [];
		return found;
	}

	#split(): readonly Statement[] {
		const { statements, directives, hiding, allows, end } = splitPart(this.#body, this.#known);
		this.#known = { directives, hiding, allows, commentStart: this.#keep(end) };
		return statements;
	}

	/** Drops the text that was split. @returns Where the comment was opened with which the rest begins. */
	#keep(rest: number): PartsBefore["commentStart"] {
		const body = this.#body;
		const openedBefore = rest === 0 ? this.#known.commentStart : undefined;
		body.drop(rest);
		const { text } = body;
		if (!beginsComment(text, 0)) return undefined;
		const commentStart = openedBefore ?? body.start;
		// Only the end of a comment is still needed, and perhaps a carriage return in it. The comment may be longer than memory.
		if (!text.startsWith("--") || !text.includes("\r")) {
			body.shorten(text.slice(0, 2) + (text.slice(2).endsWith("*") ? "*" : ""));
		}
		return commentStart;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#body.close();
	}
}
