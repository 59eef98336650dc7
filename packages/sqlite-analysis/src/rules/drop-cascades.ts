import type { RuleAfter } from "./rule.ts";

/** A statement that writes other tables because foreign keys are enforced, or would be. */
export const dropCascades: RuleAfter = ({ effects, file, tokens }) => {
	const { cascades } = effects;
	if (cascades.length === 0) return [];
	const what = `${tokens[0]?.text.toUpperCase()}${tokens[0]?.text === "drop" ? ` ${tokens[1]?.text.toUpperCase()}` : ""}`;
	const tables = cascades.join(", ");
	if (file.foreignKeys) {
		const message = `${what} also deletes or changes rows of ${tables}, since foreign keys are enforced and refer here; run it with x-foreign-keys=false, or deal with those rows before it`;
		return [{ rule: "drop-cascades", level: "error", message }];
	}
	const message = `${what} leaves rows of ${tables} as they are, since foreign keys are not enforced while a migration runs; with x-foreign-keys=true it would delete or change them`;
	return [{ rule: "drop-cascades", level: "note", message }];
};
