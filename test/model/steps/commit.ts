import { type Turn, Violation } from "../turn.ts";
import { deleteJournal, type ProcessState, Task, type World } from "../world.ts";

const WHAT: Readonly<Record<number, string>> = {
	[Task.takeRow]: "takes the row",
	[Task.migrate]: "the migration",
	[Task.freeRow]: "frees the row",
	[Task.insert]: "its insert",
	[Task.clearRow]: "clears the row",
};

export function commitLabel(turn: Turn): string {
	return `COMMIT (${WHAT[turn.me.task]})`;
}

/** The stamp of a transaction is its own: it counts the transactions that have ended and names the owner. */
export function writeJournal(turn: Turn, world: World, me: ProcessState): void {
	world.journal = turn.index + 1;
	world.original0 = me.base;
	world.original1 = me.base;
	me.stamp = 1 + world.transactions * 8 + turn.owner;
}

/** The journal goes: that is the commit. */
export function commit(turn: Turn, world: World, me: ProcessState): void {
	if (world.commit !== me.base) {
		throw new Violation(`${turn.name} commits over a commit that it has not seen: ${me.base}, then ${world.commit}`);
	}
	world.commit = me.stamp;
	endTransaction(world, me);
	const target = turn.configuration.target ?? 1;
	switch (me.task) {
		case Task.takeRow:
			world.row = turn.owner + 1;
			me.task = me.seen < target ? Task.migrate : Task.freeRow;
			break;
		case Task.migrate:
			applyMigration(turn, world, me);
			me.task = me.seen < target ? Task.migrate : Task.freeRow;
			break;
		case Task.freeRow:
			world.row = 0;
			me.task = Task.none;
			me.seen = 0;
			break;
		case Task.clearRow:
			world.row = 0;
			me.task = Task.none;
			break;
		case Task.insert:
			me.remaining--;
			break;
	}
}

function applyMigration(turn: Turn, world: World, me: ProcessState): void {
	me.seen++;
	world.version = me.seen;
	world.effects++;
	if (world.version !== world.effects) {
		throw new Violation(`${turn.name} is at version ${world.version} after ${world.effects} effects`);
	}
}

export function endTransaction(world: World, me: ProcessState): void {
	deleteJournal(world);
	world.transactions++;
	me.base = 0;
	me.stamp = 0;
	me.guardHolds = 0;
}
