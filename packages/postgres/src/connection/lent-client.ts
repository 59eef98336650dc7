/**
 * What a client of pg is known by. Written here, so that who compiles against this package need not have `@types/pg`: a `Client`
 * and a `PoolClient` of pg are such.
 */
export interface PgClient {
	escapeIdentifier(text: string): string;
	escapeLiteral(text: string): string;
}

/** What a `Pool` of pg is known by. */
export interface PgPool {
	readonly totalCount: number;
	connect(): Promise<PgClient & { release(lost?: Error | boolean): void }>;
}

/** What a caller can lend: a client that is connected, or a pool, of which one client is taken. */
export type LentClient = PgClient | PgPool;

/** What a `PGlite` is known by. */
export interface PGliteDatabase {
	readonly ready: boolean;
	readonly closed: boolean;
	exec(query: string): Promise<unknown>;
}
