import { axisX, axisY, barX, plot, ruleX, text, tickX } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { formatTime } from "./format.ts";
import { median, type Series, times } from "./statistics.ts";

const OURS = "#0f766e";
const OTHERS = "#94a3b8";
const INK = "#1e293b";

const FONT_PX = 12;
/** The mean width of a letter in a wide font, in ems; whoever looks at the picture may have any. */
const LETTER_EM = 0.62;
const BARS_PX = 510;

/** Draws the medians as bars, every run as a tick, and the median as a number. Fastest first. */
export function chart(series: readonly Series[], title: string): string {
	const bars = series
		.filter(({ samples }) => samples.length > 0)
		.map((one) => ({ name: one.name, milliseconds: median(times(one)), runs: times(one) }))
		.sort((a, b) => a.milliseconds - b.milliseconds);
	const runs = bars.flatMap(({ name, runs }) => runs.map((milliseconds) => ({ name, milliseconds })));
	const longest = Math.max(...runs.map(({ milliseconds }) => milliseconds));
	const longestName = Math.max(...bars.map(({ name }) => name.length));
	const marginLeft = Math.ceil(longestName * LETTER_EM * FONT_PX) + 12;
	const marginRight = 60;
	const { document } = parseHTML("<html></html>");
	const svg = plot({
		document,
		ariaLabel: title,
		width: marginLeft + BARS_PX + marginRight,
		height: 40 + 26 * bars.length,
		marginLeft,
		marginRight,
		marginTop: 4,
		x: { domain: [0, longest * 1.05] },
		y: { domain: bars.map(({ name }) => name), padding: 0.25 },
		style: { background: "white", color: INK, fontSize: `${FONT_PX}px`, fontFamily: "system-ui, sans-serif" },
		marks: [
			axisY({ label: null, tickSize: 0 }),
			axisX({ label: null, ticks: 6, tickFormat: (value: number) => formatTime(value) }),
			barX(bars, {
				x: "milliseconds",
				y: "name",
				fill: ({ name }: { name: string }) => (name.startsWith("godwit") ? OURS : OTHERS),
			}),
			tickX(runs, { x: "milliseconds", y: "name", stroke: INK, strokeOpacity: 0.5 }),
			text(bars, {
				x: ({ runs }: { runs: readonly number[] }) => Math.max(...runs),
				y: "name",
				text: ({ milliseconds }: { milliseconds: number }) => formatTime(milliseconds),
				textAnchor: "start",
				dx: 6,
			}),
			ruleX([0]),
		],
	});
	svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
	return `${svg.outerHTML}\n`;
}
