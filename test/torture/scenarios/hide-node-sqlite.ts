/** From now on this runtime is one that has no `node:sqlite`. */
export function hideNodeSqlite(): void {
	const { getBuiltinModule } = process;
	Object.assign(process, {
		getBuiltinModule: (name: string) => (name === "node:sqlite" ? undefined : getBuiltinModule(name)),
	});
}
