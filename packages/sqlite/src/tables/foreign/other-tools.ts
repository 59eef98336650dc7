/** Litestream's own tables, which it needs to go on replicating, see https://litestream.io/how-it-works/ */
export const LITESTREAM_TABLES: readonly string[] = ["_litestream_seq", "_litestream_lock"];
