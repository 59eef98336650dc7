import type { MigrateEvent } from "@godwit/core";
import type { Announcement } from "../stop-on-signal.ts";

/** What a command says when a signal asks it to stop, which depends on what runs. */
export interface Announcements {
	now(): Announcement;
	onEvent(event: MigrateEvent): void;
}

/** @param stopping What is said unless a migration is in the midst of its rounds. */
export function announcements(stopping: string): Announcements {
	let inRounds = false;
	return {
		now: () => (inRounds ? IN_ROUNDS : { stopping, exiting: EXITING }),
		onEvent({ type }) {
			if (type === "round") inRounds = true;
			if (type === "start" || type === "end") inRounds = false;
		},
	};
}

const EXITING = "Exiting at once; the database rolls back the running migration, unless it runs outside a transaction";

const IN_ROUNDS: Announcement = {
	stopping: "Stopping after this running round; the next run goes on with the migration ...",
	exiting: "Exiting at once; the database rolls back the running round, and those before it stay",
};
