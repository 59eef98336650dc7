import fc from "fast-check";

export const TRIGGER = "CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a, 1); END;";

const gap = fc.constantFrom(
	" ",
	"\n",
	"\r\n",
	"\f\t",
	"\n\v",
	"/* ; ' */",
	' -- ; " END;\n',
	"/**/",
	" \uFEFF",
	" /* /* */ ",
	"--\r;\n",
);
const literal = fc.constantFrom(
	"1",
	"-2",
	"'a;b'",
	"''",
	"'it''s;'",
	"x'00'",
	"'--'",
	"'/*'",
	"NULL",
	"1 - -1",
	"4 / 2",
	"'é😀'",
	"(1)",
	"'\"'",
	"'\r\n;'",
);
const caseWhen = fc.tuple(literal, literal).map(([a, b]) => `CASE WHEN ${a} THEN ${b} END`);
const value = fc.oneof(literal, caseWhen);
const name = fc.constantFrom(
	'"a;b"',
	"[x;'y]",
	"`c``;`",
	"END",
	"begin",
	'"END;"',
	"é\u00a0",
	"n$1",
	'"q""r"',
	"trigger",
	"temp",
);

/** Tokens with white space and comments between them. */
const tokens = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
	fc
		.tuple(...parts.flatMap((part) => [gap, typeof part === "string" ? fc.constant(part) : part]))
		.map((texts) => texts.join(""));

const insert = (table: string) => tokens("INSERT", "INTO", table, "VALUES", "(", value, ",", value, ")");
const command = fc.oneof(
	insert("log"),
	tokens("UPDATE", "log", "SET", "a", "=", value),
	tokens("SELECT", value, "AS", name),
	tokens("DELETE", "FROM", "log", "WHERE", "a", "IS", literal),
	tokens("WITH", "c", "AS", "(", "SELECT", value, ")", "INSERT", "INTO", "log", "SELECT", "1", ",", "2"),
);
const body = fc
	.array(
		fc.tuple(command, gap).map((texts) => texts.join("")),
		{ minLength: 1, maxLength: 3 },
	)
	.map((commands) => `${commands.join(";")};`);
const triggerText = tokens(
	"CREATE",
	fc.constantFrom("", "TEMP", "TEMPORARY"),
	fc.constantFrom("TRIGGER", "TRIGGER IF NOT EXISTS", "trigger"),
	name,
	fc.constantFrom("AFTER", "BEFORE"),
	"INSERT",
	"ON",
	"t",
	fc.constantFrom("", "FOR EACH ROW", "WHEN 1", "WHEN CASE WHEN new.a THEN 1 END"),
	"BEGIN",
	body,
	fc.constantFrom("END", "end"),
);
const statementText = fc.oneof(
	insert("t"),
	{ weight: 2, arbitrary: triggerText },
	tokens("EXPLAIN", fc.constantFrom("", "QUERY PLAN"), triggerText),
	tokens("EXPLAIN", "SELECT", value),
	tokens("CREATE", fc.constantFrom("", "TEMP"), "TABLE", name, "(", name, ")"),
	tokens(
		"CREATE VIRTUAL TABLE",
		name,
		"USING",
		"rtree",
		"(id,",
		fc.constantFrom("x0", "x0 ;", "x0 (;)", "x0 ';)'"),
		", x1)",
	),
	tokens("SELECT", value, "AS", name),
	fc.constant(""),
);
/** SQL that is valid more often than not. */
export const script: fc.Arbitrary<string> = fc
	.tuple(fc.constantFrom("", "\uFEFF"), fc.array(fc.tuple(statementText, gap), { maxLength: 7 }), fc.boolean())
	.map(([bom, statements, semicolon]) => {
		const text = statements.map(([statement, after]) => statement + after).join(";");
		return `${bom}${text}${semicolon ? ";" : ""}`;
	});

// Without the vertical tab: SQLite does not know it, but better-sqlite3's exec() skips it between statements.
const fragment = fc.constantFrom(
	"SELECT 1",
	"CREATE",
	"TEMP",
	"TRIGGER",
	"VIRTUAL",
	"TABLE",
	"EXPLAIN",
	"QUERY PLAN",
	"BEGIN",
	"END",
	"END;",
	";",
	";",
	";",
	"(",
	")",
	"x",
	"'",
	"''",
	'"',
	"`",
	"[",
	"]",
	"--",
	"/*",
	"*/",
	"*",
	"/",
	"-",
	"\n",
	"\r\n",
	"\r",
	" ",
	"\f",
	"\uFEFF",
	"é",
	"$",
	":",
	"1",
	"INSERT INTO t VALUES(1,1)",
	TRIGGER,
	TRIGGER.slice(0, -5),
	"CREATE TABLE y(a)",
	"CASE WHEN 1 THEN 2 END",
);
/** Pieces of SQL in any order. */
export const soup: fc.Arbitrary<string> = fc.array(fragment, { maxLength: 25 }).map((fragments) => fragments.join(""));
const asciiSoup = fc.string({ unit: fc.constantFrom(..." \n\r;;'\"`[]-*/-*/xE$(\\#%\t\v"), maxLength: 40 });
export const anyText: fc.Arbitrary<string> = fc.oneof(script, soup, asciiSoup, fc.string({ unit: "binary" }));
