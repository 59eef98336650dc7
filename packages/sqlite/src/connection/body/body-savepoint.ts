import type { Statement } from "@godwit/sql";
import type { SqliteConnection } from "../sqlite-connection.ts";

/** Not likely to be a body's own. */
const NAME = '"godwit body"';

/**
 * The savepoints that one body makes inside a transaction of several bodies. They end with the body, as they would at the
 * commit of a transaction of its own, so that a later body cannot roll back to one.
 */
export interface BodySavepoint {
	/** Called before each statement of the body. */
	beforeStatement(statement: Statement): void;
	/** Releases all that the body has left open. Belongs after the body. */
	release(): void;
}

/** Made around the first of the body's own. A body without one is not slowed down by the pages that a savepoint keeps. */
export function bodySavepoint(connection: SqliteConnection): BodySavepoint {
	let made = false;
	return {
		beforeStatement({ keyword }) {
			if (made || keyword !== "SAVEPOINT") return;
			connection.run(`SAVEPOINT ${NAME}`);
			made = true;
		},
		release() {
			if (made) connection.run(`RELEASE ${NAME}`);
		},
	};
}
