import { valueShown } from "../../value-shown.ts";
import { toVersion } from "../../version.ts";
import { assertKnownNames, assertOneOf } from "../arguments.ts";
import type { Cure } from "./repair.ts";

const KINDS = ["adopt", "pending", "skip", "accept", "dirty"] as const satisfies readonly Cure["kind"][];
const NAMES = ["kind", "version", "ended", "note"] as const;

/**
 * Checks what code without types passes: one cure, whole, and nothing that would be passed over.
 *
 * @throws TypeError. MigrateError `ERR_INVALID_VERSION`.
 */
export function checkedCure(cure: Cure): Cure {
	assertKnownNames("repair()", cure, NAMES);
	const { kind, note, version, ended }: Record<(typeof NAMES)[number], unknown> = {
		...{ kind: undefined, version: undefined, ended: undefined, note: undefined },
		...cure,
	};
	if (kind === undefined)
		throw new TypeError(`repair() takes one cure, and no kind is given; known are ${KINDS.join(", ")}`);
	assertOneOf("kind", kind, KINDS);
	if (note !== undefined && typeof note !== "string")
		throw new TypeError(`note must be a text, not ${valueShown(note)}`);
	if (cure.kind === "dirty") {
		if (version !== undefined) throw new TypeError("version does not go with the kind dirty, which has ended alone");
		if (ended === undefined) throw new TypeError("the kind dirty needs ended: applied or reverted");
		assertOneOf("ended", ended, ["applied", "reverted"]);
		return cure;
	}
	if (ended !== undefined) throw new TypeError(`ended goes with the kind dirty alone, not with ${cure.kind}`);
	if (typeof version !== "bigint" && typeof version !== "number") {
		throw new TypeError(`the kind ${cure.kind} needs version, a bigint or a number, not ${valueShown(version)}`);
	}
	return { ...cure, version: toVersion(version) };
}
