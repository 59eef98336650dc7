/**
 * The rules that `-- godwit: allow RULE` can permit to break: before the first statement for a file, and on the line before a
 * statement for that one. What they find is on the page docs/check.md.
 */
export const RULES = [
	"dangling",
	"double-quoted-literal",
	"down-does-nothing",
	"down-fails",
	"down-is-not-inverse",
	"drop-cascades",
	"endless-insert",
	"every-row",
	"if-not-exists-hides",
	"lost-rows",
	"needs-rows-check",
	"no-effect-pragma",
	"not-in-rounds",
	"rebuild-loses",
	"select-star-copy",
	"serial-primary-key",
	"type-affinity",
] as const;

export type Rule = (typeof RULES)[number];
