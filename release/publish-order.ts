/** What of a manifest the order is made of. */
export interface Published {
	readonly name: string;
	readonly manifest: {
		readonly dependencies?: Readonly<Record<string, string>>;
		readonly peerDependencies?: Readonly<Record<string, string>>;
	};
}

/**
 * Sorts packages so that each comes after those of them that it depends on: whoever installs one while they are being
 * published gets all of it.
 *
 * @throws When packages depend on each other in a circle.
 */
export function publishOrder<T extends Published>(packages: readonly T[]): readonly T[] {
	const ordered: T[] = [];
	let rest = packages;
	while (rest.length > 0) {
		const waiting = new Set(rest.map(({ name }) => name));
		const ready = rest.filter(({ manifest: { dependencies, peerDependencies } }) =>
			Object.keys({ ...dependencies, ...peerDependencies }).every((name) => !waiting.has(name)),
		);
		if (ready.length === 0) throw new Error(`${[...waiting].join(", ")} depend on each other`);
		ordered.push(...ready);
		rest = rest.filter((one) => !ready.includes(one));
	}
	return ordered;
}
