import type { SqlValue } from "@godwit/sqlite-files";

/**
 * What is used of a `Database` of better-sqlite3. Written here, so that who compiles against this package need not have
 * `@types/better-sqlite3`.
 */
export interface NativeDatabase {
	readonly open: boolean;
	readonly inTransaction: boolean;
	prepare(sql: string): NativeStatement;
	exec(sql: string): unknown;
	close(): unknown;
	/** Copies the database to a file. @param options.progress Is asked after each step for how many pages to copy in the next. */
	backup(path: string, options: { readonly progress: () => number }): Promise<{ readonly totalPages: number }>;
	/** Lets the schema be written, which defensive mode forbids. */
	unsafeMode(unsafe: boolean): unknown;
}

/** What is used of a `Statement` of better-sqlite3. */
export interface NativeStatement {
	/** Whether it returns rows. */
	readonly reader: boolean;
	run(parameters: readonly SqlValue[]): { readonly changes: number };
	all(parameters: readonly SqlValue[]): readonly unknown[];
	safeIntegers(): NativeStatement;
}

/** What the package better-sqlite3 exports. */
export interface NativeDatabaseClass {
	new (path: string, options?: NativeOptions): NativeDatabase;
	readonly SqliteError: new (message: string, code: string) => Error;
}

export interface NativeOptions {
	readonly readonly?: boolean;
	readonly fileMustExist?: boolean;
	/** How long SQLite waits for a lock, in milliseconds. */
	readonly timeout?: number;
}
