import { textBody } from "../../../body/migration-body.ts";
import type { Driver, DriverHistory, LockOptions } from "../../../driver/driver.ts";
import { readAppliedState } from "../../../history/applied-state.ts";
import { MigrateError } from "../../../migrate-error.ts";
import type { Migration } from "../../../migration.ts";
import type { Source } from "../../../source/source.ts";
import { type StoredDown, storedWay } from "../../stored-down.ts";
import type { Preparation, Prepared } from "./prepare.ts";

/**
 * The way down with texts of the history that somebody has looked at.
 *
 * @param wanted Newest first. What would run now has to be just this.
 */
export function preparedStored(
	source: Source,
	driver: Driver & { readonly history: DriverHistory },
	wanted: readonly StoredDown[],
): Preparation {
	async function prepared(left: readonly StoredDown[], waiting?: LockOptions): Promise<Prepared> {
		const state = await readAppliedState({ driver, versions: await source.versions(), whole: true, waiting });
		const nothing = { migrations: [], missingSteps: 0, findings: [] };
		if (left.length === 0) return { ...nothing, state: { ...state, due: [] } };
		if (state.found.dirty) return { ...nothing, state };
		const way = await storedWay(driver.history, state, left.length);
		if ("refusal" in way) return { ...nothing, state, refusal: way.refusal };
		const changed = left.find((one, index) => !sameText(one, way.texts[index]));
		if (changed !== undefined) return { ...nothing, state, refusal: notAsShown(changed) };
		return { ...nothing, state, migrations: left.map(migrationOf) };
	}
	return {
		prepare: (waiting) => prepared(wanted, waiting),
		goOn: (left) => prepared(wanted.slice(wanted.length - left.length)),
		examine: async (prepared) => prepared,
	};
}

function sameText(shown: StoredDown, found: StoredDown | undefined): boolean {
	const { version, target, eventId, text } = shown;
	return found?.version === version && found.target === target && found.eventId === eventId && found.text === text;
}

function notAsShown({ version }: StoredDown): MigrateError<"ERR_STORED_TEXT"> {
	const message = `version ${version} is not what the database would revert now, or not with this text: it was migrated meanwhile; nothing was changed; look at the stored texts again`;
	return new MigrateError("ERR_STORED_TEXT", message, { version });
}

function migrationOf({ version, target, title, eventId, text }: StoredDown): Migration {
	const file = { identifier: title, location: `stored down text of version ${version}`, body: textBody(text) };
	return { version, target, direction: "down", file, note: `with the down text of event ${eventId}` };
}
