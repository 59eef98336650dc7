import { isBuiltin } from "node:module";
import { parseSync, Visitor } from "rolldown/utils";

/** What a program has in Node and not in a browser, also when it is reached through `globalThis`. */
const NODE_NAMES = new Set(["process", "Buffer", "require", "getBuiltinModule", "__dirname", "__filename", "global"]);

/** The names and modules of Node that a TypeScript text uses, in its order. Comments and messages may speak of them. */
export function nodeUses(text: string): readonly string[] {
	const uses: string[] = [];
	const use = (name: unknown): void => {
		if (typeof name === "string" && NODE_NAMES.has(name)) uses.push(name);
	};
	const load = (specifier: unknown): void => {
		if (typeof specifier === "string" && isBuiltin(specifier)) uses.push(specifier);
	};
	const { program, errors } = parseSync("file.ts", text);
	if (errors.length > 0) throw new AggregateError(errors, "cannot parse the text");
	new Visitor({
		ImportDeclaration: ({ source }) => load(source.value),
		ExportNamedDeclaration: ({ source }) => load(source?.value),
		ExportAllDeclaration: ({ source }) => load(source.value),
		ImportExpression: ({ source }) => source.type === "Literal" && load(source.value),
		TSImportType: ({ source }) => load(source.value),
		Identifier: ({ name }) => use(name),
		MemberExpression: ({ property }) => property.type === "Literal" && use(property.value),
	}).visit(program);
	return uses;
}
