import { describe, expect, it } from "vitest";
import { chart } from "./chart.ts";

describe("chart", () => {
	it("leaves room for the longest name", () => {
		const name = 'godwit native on a very slow disk, transaction "all", with PRAGMAs';
		const svg = chart([{ name, samples: [{ milliseconds: 12 }] }], "title");

		const label =
			/<g transform="translate\((?<shift>-?\d+),[^>]+y-axis[^>]+><text transform="translate\((?<x>\d+)/.exec(svg);
		const end = Number(label?.groups?.x) + Number(label?.groups?.shift);
		// Labels end there. A letter of DejaVu Sans, a wide font, takes 6 px on average at 12 px.
		expect(end).toBeGreaterThan(name.length * 7);
	});

	it("keeps the bars as wide whatever the names are", () => {
		const widths = ["a", "a".repeat(60)].map((name) => {
			const svg = chart([{ name, samples: [{ milliseconds: 12 }] }], "title");
			return Number(/<rect [^>]*width="([\d.]+)"/.exec(svg)?.[1]);
		});

		expect(widths[0]).toBeGreaterThan(400);
		expect(widths[1]).toBeCloseTo(widths[0] ?? 0);
	});
});
