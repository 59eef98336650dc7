/** The database that every command may use. */
export const DB = ["-database", "sqlite3://app.db"];
/** Two migrations, and the database. */
export const M = ["-path", "m", ...DB];
/** Another folder of migrations, and the database. */
export const path = (folder: string, ...rest: readonly string[]): readonly string[] => [
	"-path",
	folder,
	...DB,
	...rest,
];
export const create = (...args: readonly string[]): readonly string[] => ["create", "-dir", "new", ...args];
export const USAGE = /^Usage: migrate OPTIONS COMMAND/;
export const NO_CHANGE = /^no change$/;
/** What a command does at a database that is dirty at version 2. */
export const DIRTY = {
	exit: 1,
	says: /^error: Dirty database version 2\. Fix/,
	words: /^error: the database is dirty at version 2:/,
};
