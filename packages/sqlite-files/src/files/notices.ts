type Listener = (notice: string) => void;

/** Tells which programs cannot be kept off which file, each once a run. */
export interface Notices {
	/** Tells all that is true now, and from now on what `add` is given. `undefined`: tells nothing any more. */
	listen(listener: Listener | undefined): void;
	/** Tells one more, unless it was told already. Does nothing for `undefined`. */
	add(notice: string | undefined): void;
}

/** @param current Returns what is true now. */
export function notices(current: () => Iterable<string | undefined>): Notices {
	let tell: Listener | undefined;
	const told = new Set<string>();

	function add(notice: string | undefined): void {
		if (tell === undefined || notice === undefined || told.has(notice)) return;
		told.add(notice);
		tell(notice);
	}

	return {
		listen(listener) {
			tell = listener;
			told.clear();
			for (const notice of current()) add(notice);
		},
		add,
	};
}
