import { NIL_VERSION, type Version } from "../version.ts";
import type { EventOp, RecordedEvent } from "./history-event.ts";

/** What is known of one version. `guess`: another tool was at work since, or did it, and keeps no history. */
export interface KnownVersion {
	/**
	 * `applied`, by godwit. `adopted`: by another tool. `baseline` and `forced`: a person said so. `skipped`: it will never
	 * run. `reverted`: it is not applied, and may be. `dirty`: it began and did not end. `unknown`: another tool may have
	 * applied it or not. `new`: nothing was ever said of it. `settled`: applied or skipped, which nobody has read.
	 */
	readonly state:
		| "applied"
		| "adopted"
		| "baseline"
		| "forced"
		| "skipped"
		| "reverted"
		| "dirty"
		| "unknown"
		| "new"
		| "settled";
	readonly guess: boolean;
	/** The event that says so. */
	readonly event?: RecordedEvent | undefined;
	/** The event that has the checksum and the text of the up file that counts as the right one: it ran, or a person accepted it since. */
	readonly file?: RecordedEvent | undefined;
	/**
	 * Its last round, while it runs in rounds, the way that `direction` says. One of a way up is over when what it stands on is not there
	 * any more; one of a way down when the migration has ended, since until then it is neither applied nor reverted.
	 */
	readonly round?: RecordedEvent | undefined;
}

/** What the history says of every version there may be. */
export interface KnownVersions {
	of(version: Version): KnownVersion;
	/** The versions that events name, in no order. */
	named(): Iterable<Version>;
	/** Adds an event that was written since. */
	add(event: RecordedEvent): void;
}

/** What an event says of its version alone. */
const STATES = {
	up: "applied",
	down: "reverted",
	start: "dirty",
	adopt: "adopted",
	elsewhere: "reverted",
	skip: "skipped",
} as const satisfies Partial<Record<EventOp, KnownVersion["state"]>>;

const NEW: KnownVersion = { state: "new", guess: false };
const UNKNOWN: KnownVersion = { state: "unknown", guess: false };

/** Whether the schema has what the version's up file makes. */
export function isApplied({ state }: KnownVersion): boolean {
	return state === "applied" || state === "adopted" || state === "baseline" || state === "forced";
}

/**
 * Reads the history, from its first event to its last. Decision 0011 has the rules.
 */
export function knownVersions(events: Iterable<RecordedEvent>): KnownVersions {
	const said = new Map<Version, KnownVersion>();
	/** Every version at or below it of which nothing else is said counts as applied. */
	let floor: { readonly version: Version; readonly known: KnownVersion } | undefined;
	/** Every version at or below it of which nothing is said, not even by the floor, is unknown. */
	let unknownTo = NIL_VERSION;

	function say(event: RecordedEvent, state: KnownVersion["state"], guess: boolean): void {
		said.set(event.version, { state, guess, event, file: event.checksum === undefined ? undefined : event });
	}

	/** What the rows of a way up were in may be gone. */
	function endRounds(ofThose: (version: Version) => boolean): void {
		for (const [version, { round, ...known }] of said) {
			if (round !== undefined && round.direction !== "down" && ofThose(version)) said.set(version, known);
		}
	}

	/** Nobody knows which way the other tool took from one version to the other, and with which files. */
	function otherTool(event: RecordedEvent): void {
		const { target } = event;
		endRounds(() => true);
		for (const [version, known] of said) {
			if (!isApplied(known)) {
				// Not left to the floor, which would call it applied.
				if (version <= target || known.state === "unknown") said.set(version, UNKNOWN);
				// The row says that nothing above it is applied. What was half done, or failed on its way down since, may be there.
				else said.set(version, { ...known, state: known.state === "dirty" ? "reverted" : known.state, guess: true });
			} else if (version > target) said.set(version, { state: "reverted", guess: true, event });
			else said.set(version, { ...known, guess: true });
		}
		if (floor !== undefined) {
			floor = { version: lower(floor.version, target), known: { ...floor.known, guess: true } };
		}
		unknownTo = target;
	}

	function startOver(event: RecordedEvent, state: "forced" | "baseline"): void {
		said.clear();
		floor = { version: event.version, known: { state, guess: false, event } };
		unknownTo = NIL_VERSION;
	}

	function accept(event: RecordedEvent): void {
		said.set(event.version, { ...of(event.version), file: event });
	}

	function add(event: RecordedEvent): void {
		const { op } = event;
		if (op === "other-tool") otherTool(event);
		else if (op === "accept") accept(event);
		// What is known is what the backup knew.
		else if (op === "restore") return;
		// It has not ended, and goes on.
		else if (op === "round") said.set(event.version, { ...of(event.version), round: event });
		else if (op === "force") startOver(event, "forced");
		else if (op === "baseline") startOver(event, "baseline");
		else {
			if (op === "down" || (op === "settle" && event.direction === "down")) endRounds((above) => above > event.version);
			if (op === "settle") say(event, event.direction === "up" ? "applied" : "reverted", false);
			else say(event, STATES[op], op === "elsewhere" || (op === "adopt" && event.direction === undefined));
		}
	}

	function of(version: Version): KnownVersion {
		const known = said.get(version);
		if (known !== undefined) return known;
		if (floor !== undefined && version <= floor.version) return floor.known;
		return version <= unknownTo ? UNKNOWN : NEW;
	}

	for (const event of events) add(event);
	return { of, add, named: () => said.keys() };
}

function lower(a: Version, b: Version): Version {
	return a < b ? a : b;
}
