/**
 * The modules of a run on a SQLite file that only a run with something to do needs, or one that fails: `up` that finds nothing to do,
 * and `version`, read the database without them. Each is loaded late wherever it stands here; what belongs here decides speed alone.
 */
const WORK = {
	cli: ["database/confirm", "output/rehearsal/", "output/text/(byte-size|file-failure|go-duration|table)"],
	core: [
		"body/",
		"clean-up-after",
		"driver/frame/assert-change",
		"driver/(assert-database|unsupported|version-moved)",
		"driver/waiting/(ended-by|lock-timeout|wait-for-lock)",
		"engine/(backup|down-options|force-events|stored-down|token)",
		"engine/dump/read-schema",
		"engine/policies/(changed-files|name-files)",
		"engine/rehearse/assert-rehearse-options",
		"engine/reports/(migration-plan|status)",
		"engine/run/(?!carry-out|baseline-advice|migration-lock|preparation/(open-steps|prepare\\.)|calls/(caller|source)-calls)",
		"history/(adoption|checksum|digested-versions|recorded-body|recorder)",
		"nearest-name",
		"program",
		"source/(no-files|seal)",
		"url/(invalid-url|unknown-scheme)",
		"value-shown",
	],
	"source-file": ["file-body", "sha256-of-node", "source-error"],
	sql: ["invalid-body", "place"],
	sqlite: [
		"bodies/(and-then|own-tables-of-body|run-body)",
		"connection/body/(body-savepoint|temporary-objects)",
		"connection/(database-held-error|driver-turns|open-access)",
		"connection/settings/(foreign-keys-off|journal-mode)",
		"lock/describe-recorded",
		"sqlite-error",
		"statements/(?!declined-body|meaning|reaches-beyond|split/tokens)",
		"tables/(foreign/foreign-|foreign-keys/|triggers|written-tables)",
	],
	"sqlite-files": [
		"(absolute-url|break-locks|refused-by-deno)",
		"connections/(attached-path|copy-by|lent-|memory-|roll-back-journal|scratch-|swap-file)",
		"drivers/driver-over-lent",
		"files/(file-errors|identity|journal|local-file-system|names/)",
		"folder-locks/",
		"lock-file/(describe-found|left-claims|lock-failure|link\\.|lock-exit|other-run|same-library)",
		"node-sqlite/runtime-name",
		"owners/liveness",
		"reading/copy-without-lock",
	],
};

const PATHS = Object.entries(WORK).flatMap(([name, paths]) => paths.map((path) => `packages/${name}/src/${path}`));

/** What each line above stands for. One that matches nothing is of a module that has moved. */
export const WORK_PATHS: readonly RegExp[] = PATHS.map((path) => new RegExp(path));

/** Matches the paths of all of them. */
export const WORK_MODULE: RegExp = new RegExp([...PATHS, "node_modules/fastest-levenshtein/"].join("|"));
