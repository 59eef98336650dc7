import { type MigrationBody, textBody } from "@godwit/core";
import type { Dialect } from "../driver-laws/driver-harness.ts";

/** A body whose effect is known without a database. */
export type Script = readonly Statement[];

export type Statement =
	| { readonly verb: "create"; readonly name: string }
	| { readonly verb: "drop"; readonly name: string }
	| { readonly verb: "fail" };

/** Writes a script in the database's language. */
export function scriptText(dialect: Dialect, script: Script): string {
	if (script.length === 0) return dialect.comment("nothing to do");
	return script.map((statement) => statementText(dialect, statement)).join("\n");
}

export function scriptBody(dialect: Dialect, script: Script): MigrationBody {
	return textBody(scriptText(dialect, script));
}

function statementText(dialect: Dialect, statement: Statement): string {
	switch (statement.verb) {
		case "create":
			return dialect.create(statement.name);
		case "drop":
			return dialect.drop(statement.name);
		case "fail":
			return dialect.failing;
	}
}

/** Returns what exists afterwards, or `undefined` when a statement fails. */
export function scriptEffect(script: Script, before: ReadonlySet<string>): ReadonlySet<string> | undefined {
	const objects = new Set(before);
	for (const statement of script) {
		if (statement.verb === "fail") return undefined;
		const exists = objects.has(statement.name);
		if (exists === (statement.verb === "create")) return undefined;
		if (exists) objects.delete(statement.name);
		else objects.add(statement.name);
	}
	return objects;
}

/** For counterexamples: `create a, fail`. */
export function scriptToString(script: Script): string {
	return script.map((statement) => ("name" in statement ? `${statement.verb} ${statement.name}` : "fail")).join(", ");
}
