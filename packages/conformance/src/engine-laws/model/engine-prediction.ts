import type { AppliedMigration, Direction, ErrorCode, MigrationReport, Version } from "@godwit/core";
import { NIL_VERSION } from "@godwit/core";
import { scriptEffect } from "../../memory/script.ts";
import { IDENTIFIER, type MigrationSet, type SetMigration, versionBelow } from "./migration-set.ts";

/** Everything that a database holds. */
export interface World {
	readonly version: Version;
	readonly dirty: boolean;
	readonly objects: ReadonlySet<string>;
}

export const NEW_WORLD: World = { version: NIL_VERSION, dirty: false, objects: new Set() };

/** What is asked of the engine. */
export type Request =
	| { readonly kind: "up" | "down" }
	| { readonly kind: "steps"; readonly count: number }
	| { readonly kind: "migrate"; readonly version: Version }
	| { readonly kind: "run"; readonly moves: readonly Move[] };

/** One migration in one direction. */
export interface Move {
	readonly migration: SetMigration;
	readonly direction: Direction;
	readonly target: Version;
}

/** A report without durations. */
export type ExpectedReport = Omit<MigrationReport, "applied"> & {
	readonly applied: readonly Omit<AppliedMigration, "durationMs">[];
};

export interface Prediction {
	readonly error: ErrorCode | undefined;
	/** Of the operation, or of `ERR_MIGRATION_FAILED`. */
	readonly report?: ExpectedReport;
	readonly failed?: Move;
	readonly world: World;
}

export interface Circumstances {
	readonly set: MigrationSet;
	/** Whether a body and its version are one transaction. */
	readonly apply: boolean;
	/** Whether somebody else holds the lock. */
	readonly locked: boolean;
}

/** Predicts what the engine has to do, from the rules alone and in the order in which they count. */
export function predict(world: World, request: Request, { set, apply, locked }: Circumstances): Prediction {
	const refused = (error: ErrorCode): Prediction => ({ error, world });
	if (set.length === 0 && goesUp(request)) return refused("ERR_NO_MIGRATIONS");
	const plan = movesFor(world.version, request, set);
	// What a dirty database would have to do is not asked.
	if (!world.dirty) {
		if (typeof plan === "string" && plan !== "ERR_DATABASE_NEWER") return refused(plan);
		if (typeof plan !== "string" && plan.moves.length === 0)
			return { error: undefined, report: reportOf(world, [], world, plan.missingSteps), world };
	}
	if (locked) return refused("ERR_LOCK_TIMEOUT");
	if (world.dirty) return refused("ERR_DIRTY");
	if (typeof plan === "string") return refused(plan);

	const done: Move[] = [];
	let after = world;
	for (const move of plan.moves) {
		const script = move.migration[move.direction];
		const objects = scriptEffect(script ?? [], after.objects);
		if (objects === undefined) {
			const dirty = !apply || move.migration.noTransaction;
			const report = reportOf(world, done, after, plan.missingSteps);
			const left = dirty ? { ...after, version: move.target, dirty } : after;
			return { error: "ERR_MIGRATION_FAILED", failed: move, report, world: left };
		}
		after = { version: move.target, dirty: false, objects };
		done.push(move);
	}
	return { error: undefined, report: reportOf(world, done, after, plan.missingSteps), world: after };
}

function goesUp(request: Request): boolean {
	return request.kind === "up" || request.kind === "migrate" || (request.kind === "steps" && request.count > 0);
}

interface Moves {
	readonly moves: readonly Move[];
	readonly missingSteps: number;
}

function movesFor(current: Version, request: Request, set: MigrationSet): Moves | ErrorCode {
	if (request.kind === "run") return { moves: request.moves, missingSteps: 0 };
	if (current !== NIL_VERSION && !contains(set, current)) {
		return set.some(({ version }) => version > current) || set.length === 0
			? "ERR_VERSION_NOT_FOUND"
			: "ERR_DATABASE_NEWER";
	}
	if (request.kind === "migrate" && !contains(set, request.version)) return "ERR_VERSION_NOT_FOUND";

	const above = set.filter(({ version }) => version > current);
	const below = set.filter(({ version }) => version <= current).reverse();
	const wanted = request.kind === "steps" ? Math.abs(request.count) : 0;
	switch (request.kind) {
		case "up":
			return ups(above, 0);
		case "down":
			return downs(set, below, 0);
		case "steps": {
			const some = (request.count > 0 ? above : below).slice(0, wanted);
			const missingSteps = wanted - some.length;
			return request.count > 0 ? ups(some, missingSteps) : downs(set, some, missingSteps);
		}
		case "migrate": {
			const { version: target } = request;
			if (target > current)
				return ups(
					above.filter(({ version }) => version <= target),
					0,
				);
			return downs(
				set,
				below.filter(({ version }) => version > target),
				0,
			);
		}
	}
}

function contains(set: MigrationSet, version: Version): boolean {
	return set.some((migration) => migration.version === version);
}

function ups(migrations: MigrationSet, missingSteps: number): Moves {
	const moves = migrations.map((migration) => ({ migration, direction: "up" as const, target: migration.version }));
	return { moves, missingSteps };
}

function downs(set: MigrationSet, migrations: MigrationSet, missingSteps: number): Moves | ErrorCode {
	if (migrations.some(({ down }) => down === undefined)) return "ERR_IRREVERSIBLE";
	const moves = migrations.map((migration) => {
		return { migration, direction: "down" as const, target: versionBelow(set, migration.version) };
	});
	return { moves, missingSteps };
}

function reportOf(from: World, done: readonly Move[], to: World, missingSteps: number): ExpectedReport {
	const applied = done.map(({ migration, direction, target }) => {
		const identifier = migration[direction] === undefined ? "<empty>" : IDENTIFIER;
		return { version: migration.version, direction, target, identifier };
	});
	return { from: from.version, to: to.version, applied, missingSteps, stopped: false };
}
