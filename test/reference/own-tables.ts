/**
 * Whether a table is one in which the two tools keep what they know. It is left out where databases are compared: godwit has
 * two beside the version's own, its lock and its history.
 */
export function isOwnTable(name: string): boolean {
	return /^schema_migrations(_lock|_history)?$/.test(name);
}
