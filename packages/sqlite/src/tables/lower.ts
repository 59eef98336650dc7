/** SQLite folds ASCII letters alone. */
export function lower(name: string): string {
	return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
