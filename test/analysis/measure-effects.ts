import fc from "fast-check";
import type { Backend } from "../sqlite/backends.ts";
import { type AnyStatement, anyStatements } from "./any-statement.ts";
import { type MeasuredStatement, measuredStatements } from "./measured-statements.ts";
import { missed, namedAsChanged, type Truth } from "./statement-truth.ts";

/** How often something was so, and how often the effects said it. */
export interface Rate {
	readonly question: string;
	truths: number;
	found: number;
	/** Said, and not so on these rows: how often, by kind of statement and table. */
	readonly also: Map<string, number>;
	/** What was so at least once, by kind of statement and table. */
	readonly seen: Set<string>;
	/** The statements at fault, each with what was not named. */
	readonly missed: Set<string>;
}

const rate = (question: string): Rate => ({
	question,
	truths: 0,
	found: 0,
	also: new Map(),
	seen: new Set(),
	missed: new Set(),
});

/** Compares what the effects of generated statements name with what each statement does to a database with rows. */
export class EffectRates {
	statements = 0;
	readonly kinds: Set<string> = new Set();
	readonly plain: Rate = rate("rows or columns changed, foreign keys off");
	readonly enforced: Rate = rate("rows or columns changed, foreign keys on");
	readonly cascaded: Rate = rate("changed only because foreign keys are on");
	readonly gone: Rate = rate("tables dropped");
	readonly refused: Rate = rate("fails only because foreign keys are on");
	readonly fails: Rate = rate("fails on any rows");

	get rates(): readonly Rate[] {
		return [this.plain, this.enforced, this.cascaded, this.gone, this.refused, this.fails];
	}

	async measure(backend: Backend, seed: number, sequences: number): Promise<void> {
		for (const statements of fc.sample(anyStatements, { seed, numRuns: sequences })) {
			for await (const measured of measuredStatements(backend, statements)) this.#count(measured);
		}
	}

	#count(ran: MeasuredStatement): void {
		this.statements++;
		this.kinds.add(ran.kind);
		const { sql, file, plain, enforced } = ran;
		if (file.fails) {
			tally(this.fails, ran, plain.error === undefined ? [] : ["it"], ["it"]);
			return;
		}
		const [effects] = file.statements;
		if (effects === undefined) throw new Error(`${sql} has no effects`);
		if (enforced.error === undefined) {
			tally(this.enforced, ran, enforced.changed, kept(namedAsChanged(effects, true), enforced));
		}
		if (plain.error !== undefined) return;
		tally(this.plain, ran, plain.changed, kept(namedAsChanged(effects, false), plain));
		// A virtual table has no b-tree of its own by which it would be known again under another name.
		const renamed = effects.renames.map(({ from }) => from).filter((name) => plain.gone.includes(name));
		tally(this.gone, ran, plain.gone, [...effects.destroys, ...renamed]);
		for (const what of missed(file, plain, false)) this.plain.missed.add(`${sql}: ${what}`);
		tally(this.refused, ran, enforced.error === undefined ? [] : ["it"], effects.checksForeignKeys ? ["it"] : []);
		if (enforced.error !== undefined) return;
		const cascaded = enforced.changed.filter((name) => !plain.changed.includes(name));
		tally(this.cascaded, ran, cascaded, kept(effects.cascades, enforced));
	}
}

/** Without what is gone, since nobody can tell whether it was written before, and without what has another definition alone. */
function kept(names: readonly string[], { changed, same }: Truth): readonly string[] {
	return names.filter((name) => changed.includes(name) || same.includes(name));
}

function tally(of: Rate, { kind, sql }: AnyStatement, truths: readonly string[], named: readonly string[]): void {
	for (const name of truths) {
		of.truths++;
		of.seen.add(`${kind} ${name}`);
		if (named.includes(name)) of.found++;
		else of.missed.add(`${sql}: ${name}`);
	}
	for (const name of named.filter((name) => !truths.includes(name))) {
		const key = `${kind} ${name}`;
		of.also.set(key, (of.also.get(key) ?? 0) + 1);
	}
}
