/** Every deliberate difference between golang-migrate and godwit; docs/go-parity.md says of each what it is and why. */
export const differences = [
	// what an operation does
	"never-dirty",
	"missing-down-file",
	"empty-source",
	"steps-zero-looks",
	"report-not-error",
	"version-is-a-value",
	"drop-leaves-nothing",
	// what happens around it
	"lock-across-processes",
	"open-writes-nothing",
	"version-table-columns",
	"own-tables-in-a-file",
	"version-table-checked",
	"with-instance-stays-open",
	"settings-put-back",
	// what a body may hold
	"transaction-control",
	"no-transaction-comment",
	"unknown-directive",
	"hiding-carriage-return",
	"unclosed-text",
	"nul-byte",
	"invalid-utf8",
	"unbound-parameters",
	"double-quoted-strings",
	"foreign-keys-off",
	"dangling-references",
	"built-in-modules",
	// what a folder and a URL may hold
	"unreadable-names",
	"backup-copies",
	"versions-over-2-63",
	"links-to-folders",
	"source-read-errors",
	"url-options",
	"url-percent-encoding",
	"paths-are-literal",
	// what the command does
	"data-on-stdout",
	"stopped-is-reported",
	"asks-a-terminal",
	"source-not-needed",
	"environment-variables",
	"flags-anywhere",
	"negative-operands",
	"too-many-arguments",
	"create-usable-files",
	"create-in-path",
] as const;

export type DifferenceId = (typeof differences)[number];
