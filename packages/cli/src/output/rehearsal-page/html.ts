import { printable } from "../text/printable.ts";

/** A piece of a page, in which every text is escaped. */
export class Html {
	readonly markup: string;

	constructor(markup: string) {
		this.markup = markup;
	}
}

type Part = string | number | Html | readonly Html[];

const ESCAPES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};

/** Makes a piece of a page. What is put into the template is escaped, unless it is such a piece itself. */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
	return new Html(String.raw({ raw: template }, ...parts.map(markupOf)));
}

function markupOf(part: Part): string {
	if (part instanceof Html) return part.markup;
	if (typeof part === "string" || typeof part === "number") return escaped(String(part));
	return part.map(({ markup }) => markup).join("");
}

/** Characters that turn the direction of what follows, also of what is not theirs. They are shown as JavaScript writes them. */
const TURNS = /\p{Bidi_Control}/gu;

function escaped(text: string): string {
	const shown = text.replace(TURNS, (turn) => `\\u${turn.charCodeAt(0).toString(16).padStart(4, "0")}`);
	return printable(shown).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

/** A name of the database's or a file's, in whatever direction it is written. */
export function name(text: string): Html {
	return html`<bdi>${text}</bdi>`;
}
