import type { MigrationBody } from "@godwit/core";
import type { WholeBody } from "./split/split-whole.ts";
import { isWhole, readToEnd, type Statements, withStatements } from "./split/statements.ts";

/** The last body that was declined. It is likely to be the next one to run, so it is not read and split again. */
export interface DeclinedBody {
	/** Reads a body to its end. @throws MigrateError `ERR_INVALID_BODY` */
	keep(body: MigrationBody, statements: Statements): Promise<void>;
	/**
	 * Opens any body for as long as `work` takes, and forgets the one that was declined.
	 *
	 * @param work `readable` says that the whole body is known to be free of what cannot be split.
	 * @throws As `withStatements`.
	 */
	open<T>(body: MigrationBody, work: (statements: Statements, readable: boolean) => Promise<T>): Promise<T>;
}

export function declinedBody(): DeclinedBody {
	/** Without statements when it was read in pieces. */
	let last: { readonly body: MigrationBody; readonly whole: WholeBody | undefined } | undefined;
	return {
		async keep(body, statements) {
			await readToEnd(statements);
			last = { body, whole: isWhole(statements) ? statements : undefined };
		},
		async open(body, work) {
			const known = last?.body === body ? last : undefined;
			last = undefined;
			if (known?.whole !== undefined) return work(known.whole, true);
			return withStatements(body, (statements) => work(statements, known !== undefined || isWhole(statements)));
		},
	};
}
