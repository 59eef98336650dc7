import { describe, expect, it } from "vitest";
import type { EventOp, RecordedEvent } from "../../src/history/history-event.ts";
import { knownVersions } from "../../src/history/known-versions.ts";
import type { Direction } from "../../src/migration.ts";

/** `up 1>1` is an up of 1 that leaves the database at 1; `settle-down 2>1` settles 2 as reverted; `accept 1>1 t1:b`. */
function events(text: string): readonly RecordedEvent[] {
	return text
		.split(", ")
		.filter((line) => line !== "")
		.map((line, index) => {
			const match =
				/^(?<op>[a-z]+(?:-tool)?)(?:-(?<way>up|down))? (?<version>-?\d+)>(?<target>-?\d+)(?: (?<sum>\S+))?$/.exec(line);
			const { op, way, version, target, sum } = match?.groups ?? {};
			return {
				id: index + 1,
				op: op as EventOp,
				direction: way as Direction | undefined,
				version: BigInt(version ?? "none"),
				target: BigInt(target ?? "none"),
				at: "2026-11-27T04:12:41.123Z",
				by: "godwit 0.1.0",
				stamp: "2026-11-27 04:12:41.123",
				checksum: sum ?? (op === "up" ? "t1:a" : undefined),
			};
		});
}

/** What is known of versions 1 to 5, the first letters of it; `?` behind what is a guess. */
function known(text: string): string {
	const versions = knownVersions(events(text));
	return [1n, 2n, 3n, 4n, 5n]
		.map((version) => versions.of(version))
		.map(({ state, guess }) => `${state}${guess ? "?" : ""}`)
		.join(" ");
}

describe("knownVersions", () => {
	it.each<[what: string, events: string, known: string]>([
		["nothing", "", "new new new new new"],
		["what ran", "up 1>1, up 2>2", "applied applied new new new"],
		["what was reverted", "up 1>1, up 2>2, down 2>1", "applied reverted new new new"],
		["what ran again", "up 1>1, down 1>-1, up 1>1", "applied new new new new"],
		["what ran out of order", "up 1>1, up 3>3, up 2>3", "applied applied applied new new"],
		["what began", "up 1>1, start-up 2>2", "applied dirty new new new"],
		["what began and ended", "start-up 1>1, up 1>1", "applied new new new new"],
		["what a person settled as applied", "up 1>1, start-up 2>2, settle-up 2>2", "applied applied new new new"],
		["what a person settled as reverted", "up 1>1, start-up 2>2, settle-down 2>1", "applied reverted new new new"],
		["what was skipped", "up 1>1, up 3>3, skip 2>3", "applied skipped applied new new"],
		["what a force covers", "up 1>1, force 3>3", "forced forced forced new new"],
		["what a force takes back", "up 1>1, up 2>2, up 3>3, force 1>1", "forced new new new new"],
		["what a force to nothing takes back", "up 1>1, force -1>-1", "new new new new new"],
		["what ran after a force", "force 2>2, up 3>3, down 3>2, down 2>1", "forced reverted reverted new new"],
		["a baseline", "baseline 2>2, up 3>3", "baseline baseline applied new new"],
		["what another tool applied before", "other-tool -1>2, adopt 1>2, adopt 2>2", "adopted? adopted? new new new"],
		[
			"what another tool went on with",
			"up 1>1, other-tool 1>3, adopt 2>3, adopt 3>3",
			"applied? adopted? adopted? new new",
		],
		[
			"what another tool passed in another checkout",
			"up 1>1, other-tool 1>4, adopt 3>4, adopt 4>4",
			"applied? unknown adopted? adopted? new",
		],
		[
			"what was reverted before another tool passed it in another checkout",
			"up 1>1, up 2>2, down 2>1, other-tool 1>3, adopt 3>3",
			"applied? unknown adopted? new new",
		],
		["what another tool reverted", "up 1>1, up 2>2, other-tool 2>1, elsewhere 2>1", "applied? reverted? new new new"],
		["what another tool reverted, without a file", "up 1>1, up 2>2, other-tool 2>1", "applied? reverted? new new new"],
		["what is below where another tool was", "up 1>1, up 3>3, other-tool 3>3", "applied? unknown applied? new new"],
		[
			"what was reverted or skipped below it",
			"up 1>1, up 3>3, skip 2>3, other-tool 3>3",
			"applied? unknown applied? new new",
		],
		[
			"what is above where another tool stopped",
			"up 1>1, up 4>4, other-tool 4>2, elsewhere 4>2",
			"applied? unknown new reverted? new",
		],
		[
			"what was reverted under a force before another tool was at work",
			"force 3>3, down 3>2, down 2>1, up 4>4, other-tool 4>4",
			"forced? unknown unknown applied? new",
		],
		["what was skipped under a force", "force 3>3, skip 2>3, other-tool 3>3", "forced? unknown forced? new new"],
		[
			"what was unknown above where another tool stopped",
			"up 3>3, skip 2>3, other-tool 3>3, other-tool 3>1, elsewhere 3>1",
			"unknown unknown reverted? new new",
		],
		[
			"what was dirty above where another tool stopped",
			"up 1>1, up 3>3, start-up 5>5, other-tool 5>4, adopt 4>4",
			"applied? unknown applied? adopted? reverted?",
		],
		[
			"what was dirty out of order when another tool came",
			"up 1>1, up 3>3, start-up 2>3, other-tool 3>3",
			"applied? unknown applied? new new",
		],
		[
			"what was reverted or skipped above where another tool stopped",
			"up 1>1, up 2>2, down 2>1, skip 3>1, other-tool 1>1",
			"applied? reverted? skipped? new new",
		],
		["a force below which another tool was", "force 3>3, other-tool 3>3", "forced? forced? forced? new new"],
		[
			"a force that another tool went below",
			"force 3>3, other-tool 3>1, elsewhere 2>1",
			"forced? reverted? new new new",
		],
		[
			"what a person says of the unknown",
			"up 3>3, other-tool 3>3, adopt 1>3, skip 2>3",
			"adopted? skipped applied? new new",
		],
		[
			"what a person is certain of",
			"other-tool -1>3, adopt 1>3, adopt 2>3, adopt 3>3, adopt-up 1>3, settle-down 2>3, skip 3>1",
			"adopted reverted skipped new new",
		],
		["a force after another tool", "up 3>3, other-tool 3>3, force 2>2", "forced forced new new new"],
	])("tells %s", (_, text, expected) => {
		expect(known(text)).toBe(expected);
	});

	it("knows the checksum of the file that ran, and the one that was accepted since", () => {
		const versions = knownVersions(events("up 1>1 t1:a, up 2>2 t1:b, accept 1>2 t1:c"));
		expect([1n, 2n, 3n].map((version) => versions.of(version).file?.checksum)).toEqual(["t1:c", "t1:b", undefined]);
		expect(versions.of(1n)).toMatchObject({ state: "applied", event: { op: "up" } });
	});

	it("takes events that come later", () => {
		const versions = knownVersions([]);
		for (const event of events("up 1>1, up 2>2")) versions.add(event);
		expect([...versions.named()]).toEqual([1n, 2n]);
		expect(versions.of(2n)).toMatchObject({ state: "applied", event: { id: 2 } });
	});

	it.each<[what: string, events: string, rounds: string]>([
		["a way up", "up 1>1, round-up 2>1", "2/up"],
		["a way down", "up 1>1, up 2>2, round-down 2>2", "2/down"],
		["one that has ended", "up 1>1, round-up 2>1, up 2>2, round-down 2>2, down 2>1", ""],
		["one of which something else was said", "round-down 2>2, accept 2>2, accept 1>2, skip 3>2", "2/down"],
		["one that is skipped", "round-up 2>1, skip 2>1", ""],
		["a way up, when one below was reverted", "up 1>1, round-up 2>1, down 1>-1", ""],
		["a way down, when something else has run", "up 2>2, round-down 2>2, up 3>3", "2/down"],
		["a way up, when another tool was at work", "up 1>1, round-up 2>1, other-tool 1>1", ""],
		["a way down that another tool has ended", "up 2>2, round-down 2>2, other-tool 2>1", ""],
		["a way down, when another tool was at work above", "up 2>2, round-down 2>2, other-tool 2>3", "2/down"],
		["what a force ends", "up 2>2, round-down 2>2, force 2>2", ""],
	])("tells which rounds did not end: %s", (_, text, expected) => {
		const versions = knownVersions(events(text));
		const rounds = [...versions.named()].flatMap((version) => versions.of(version).round ?? []);
		expect(rounds.map(({ version, direction }) => `${version}/${direction}`).join()).toBe(expected);
	});
});

describe("a round", () => {
	it.each([
		["leaves what is known as it is", "up 1>1, round 1>1", "up", "round"],
		["is of a version that is not applied", "round 1>-1", undefined, "round"],
		["is over when its version has ended", "up 1>1, round 1>1, down 1>-1", "down", undefined],
		["stays beside another version", "round 1>-1, up 2>2, down 2>-1", undefined, "round"],
		["is over when a version beneath was reverted", "up 0>0, round 1>0, down 0>-1", undefined, undefined],
		["is over when a version beneath was settled as reverted", "round 1>0, settle-down 0>-1", undefined, undefined],
		["is over when another tool was at work", "up 1>1, round 1>1, other-tool 1>2", "up", undefined],
		["is over after a force", "round 1>-1, force 3>3", "force", undefined],
	])("%s", (_, text, op, round) => {
		const known = knownVersions(events(text)).of(1n);
		expect([known.event?.op, known.round?.op]).toEqual([op, round]);
	});
});
