import type { Diagnosis } from "@godwit/core";
import { type CommittedLog, committedLog } from "./committed-log.ts";

/** Byte offsets of the database's header, see https://sqlite.org/fileformat2.html#the_database_header */
const PAGE_SIZE = 16;
const READ_VERSION = 19;
const CHANGE_COUNTER = 24;
const SCHEMA_COOKIE = 40;
const TEXT_ENCODING = 56;

/** The page that holds the bytes of SQLite's locks is never written. */
const LOCK_BYTE = 1 << 30;

/** A database file beside which a write-ahead log was left. */
export interface LeftBeside {
	readonly header: DataView;
	/** In bytes. */
	readonly size: number;
}

/**
 * Says what is known of a write-ahead log that nobody has open. That it belongs to the file can never be told from the bytes: a
 * copy over a database by hand leaves its log, which then fits by chance, or as far as it goes.
 *
 * @param wal Its path.
 */
export function leftWal(wal: string, database: LeftBeside): Diagnosis {
	const log = committedLog(wal);
	if (log === undefined) {
		const message = `${wal} was left by a program that ended without closing the database; SQLite takes nothing from it, as it has no whole commit`;
		return { kind: "stale-wal", level: "note", message };
	}
	const why = contradiction(log, database);
	if (why === undefined) {
		const message = `${wal} was left by a program that ended without closing the database, and has commits that SQLite takes for the newest. They are lost when the database is moved without it. They may be another database's, if this file was put in its place since by a copy or a restore by hand: then the next program that writes destroys what was put there. ${BEFORE_ANYTHING}`;
		return { kind: "stale-wal", level: "warning", message };
	}
	const message = `${wal} is of another database, or of another state of this one: ${why}. SQLite takes what is in it for the newest commits, and the next program that writes damages the database by it. ${BEFORE_ANYTHING}`;
	return { kind: "stale-wal", level: "error", message };
}

/** Right whichever of the two files has what is wanted. */
const BEFORE_ANYTHING =
	"Copy both files to a safe place before any program opens the database; then compare a copy of both, opened together, with a copy of the database alone, and go on with the right one";

/** What cannot be so where SQLite wrote the log for this file. */
function contradiction(log: CommittedLog, { header, size }: LeftBeside): string | undefined {
	if (header.getUint8(READ_VERSION) !== 2) return "the database is not in WAL mode";
	const pageSize = header.getUint16(PAGE_SIZE) === 1 ? 65_536 : header.getUint16(PAGE_SIZE);
	if (log.pageSize !== pageSize) return `its pages have ${log.pageSize} bytes, those of the database ${pageSize}`;
	const missing = missingPage(log, Math.floor(size / pageSize));
	if (missing !== undefined) return `page ${missing} of ${log.databaseSize} is in neither of the two files`;
	return log.headers && contradictionOfHeaders(header, log.headers);
}

/** Pages behind the end of the file have never been anywhere but in the log. */
function missingPage({ pages, databaseSize, pageSize }: CommittedLog, inFile: number): number | undefined {
	const lockPage = LOCK_BYTE / pageSize + 1;
	for (let page = inFile + 1; page <= databaseSize; page++) if (!pages.has(page) && page !== lockPage) return page;
	return undefined;
}

/** Of each transaction that writes page 1 the change counter is one higher than in the page that it had read. */
function contradictionOfHeaders(
	file: DataView,
	{ first, last }: NonNullable<CommittedLog["headers"]>,
): string | undefined {
	const counter = file.getUint32(CHANGE_COUNTER);
	if (counter > last.getUint32(CHANGE_COUNTER)) return "the database has later changes than it";
	if (counter + 1 < first.getUint32(CHANGE_COUNTER)) return "it begins with later changes than the database has";
	if (file.getUint32(SCHEMA_COOKIE) > last.getUint32(SCHEMA_COOKIE)) return "the database has a later schema than it";
	const [one, other] = [file.getUint32(TEXT_ENCODING), last.getUint32(TEXT_ENCODING)];
	return one !== 0 && one !== other ? "its texts have another encoding" : undefined;
}
