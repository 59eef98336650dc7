import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const REPOSITORY = "https://github.com/godwit/godwit/";
const pages = globSync(["*.md", "docs/**/*.md", "packages/*/README.md", "examples/*/README.md", ".changeset/*.md"], {
	cwd: root,
});

/** Pages that are written together with what they are about, and may not be there yet. */
const ANNOUNCED = ["docs/runtimes.md", "docs/guides/bundlers.md", "docs/guides/testing.md"];

/** A link to a file of the repository, by the path of that file. */
interface Link {
	readonly link: string;
	readonly path: string;
	readonly anchor: string | undefined;
}

function linksOf(page: string): readonly Link[] {
	const prose = readFileSync(join(root, page), "utf8").replace(/^```.*?^```$/gms, "");
	return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
		.map(([, link = ""]) => link)
		.filter((link) => !/^https?:/.test(link) || new RegExp(`^${REPOSITORY}(?:blob|tree)/main/`).test(link))
		.map((link) => {
			const [target = "", anchor] = link.split("#");
			const inRepository = /^https:.*\/(?:blob|tree)\/main\/(.*)$/.exec(target)?.[1];
			const path = inRepository ?? (target === "" ? page : join(dirname(page), target));
			return { link, path, anchor };
		});
}

const anchors = new Map<string, ReadonlySet<string>>();

/** The anchors of a page: those that it has written down, and those that GitHub gives its headings. */
function anchorsOf(page: string): ReadonlySet<string> {
	const known = anchors.get(page);
	if (known !== undefined) return known;
	const text = readFileSync(join(root, page), "utf8");
	const found = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id));
	const times = new Map<string, number>();
	for (const [, heading = ""] of text.matchAll(/^#+ (.+)$/gm)) {
		const anchor = heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, "")
			.replaceAll(" ", "-");
		const time = times.get(anchor) ?? 0;
		times.set(anchor, time + 1);
		found.add(time === 0 ? anchor : `${anchor}-${time}`);
	}
	anchors.set(page, found);
	return found;
}

describe("the links between the pages", () => {
	it.each(pages)("%s links to files and headings that exist", (page) => {
		const broken = linksOf(page).filter(({ path, anchor }) => {
			if (!existsSync(join(root, path))) return !ANNOUNCED.includes(path);
			return anchor !== undefined && path.endsWith(".md") && !anchorsOf(path).has(anchor);
		});
		expect(broken.map(({ link }) => link)).toEqual([]);
	});
});
