/** The style of the page. Its colours have a contrast of at least 4.5 to 1, in the light and in the dark. */
export const STYLE = `
:root { color-scheme: light dark; --page: #ffffff; --text: #1b1f24; --quiet: #57606a; --line: #d0d7de; --box: #f6f8fa;
	--error: #b3171f; --warning: #7a4b00; --note: #0b5394; --good: #0f6b33; --bar: #57606a; --on-verdict: #ffffff;
	--verdict-clean: #0f6b33; --verdict-not: #b3171f; }
@media (prefers-color-scheme: dark) {
	:root { --page: #14171a; --text: #e8eaed; --quiet: #a9b1ba; --line: #3a4149; --box: #1e2328;
		--error: #ff9a95; --warning: #f0c36d; --note: #8cc2ff; --good: #7ddc9a; --bar: #a9b1ba;
		--verdict-clean: #14532d; --verdict-not: #8f1218; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
.verdict { color: var(--on-verdict); padding: 1.5rem; border-radius: .75rem; }
.verdict.clean { background: var(--verdict-clean); }
.verdict.not-clean { background: var(--verdict-not); }
h1 { font-size: clamp(2.75rem, 11vw, 6rem); line-height: 1.05; margin: 0 0 .5rem; }
.verdict p { margin: .25rem 0 0; }
h2 { font-size: 1.35rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: .5rem 0 .25rem; }
code, pre { font: .9em/1.45 ui-monospace, monospace; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; background: var(--box); }
.scroll:focus-visible, summary:focus-visible { outline: 3px solid var(--note); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; padding: .5rem .75rem; color: var(--quiet); }
th, td { text-align: start; padding: .4rem .75rem; border-top: 1px solid var(--line); vertical-align: top; }
th[scope="col"] { overflow-wrap: normal; }
th[scope="row"] { min-width: 14ch; max-width: 30ch; font-weight: 600; }
td.samples { min-width: 16rem; }
@media (max-width: 30rem) {
	th, td { padding: .4rem; }
	th[scope="row"] { min-width: 8ch; }
}
td.number, th.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; overflow-wrap: normal; }
td.bad { color: var(--error); font-weight: 700; }
td.bar { min-width: 8rem; width: 40%; }
td.bar svg { display: block; width: 100%; height: 1.2rem; }
td.bar rect { fill: var(--bar); }
tr.failed td.bar rect { fill: var(--error); }
ul.findings { list-style: none; padding: 0; margin: 0; display: grid; gap: .5rem; }
ul.findings li { border: 1px solid var(--line); border-inline-start: .4rem solid var(--line); border-radius: .5rem; padding: .6rem .8rem; background: var(--box); }
ul.findings li.error { border-inline-start-color: var(--error); }
ul.findings li.warning { border-inline-start-color: var(--warning); }
ul.findings li.note { border-inline-start-color: var(--note); }
.level { font-weight: 700; }
.error .level { color: var(--error); }
.warning .level { color: var(--warning); }
.note .level { color: var(--note); }
.place { color: var(--quiet); }
.quiet { color: var(--quiet); }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; }
pre { margin: 0; padding: .75rem; overflow-wrap: normal; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .35rem 1rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--error); font-weight: 600; }
.diagram { display: block; }
.diagram .box { fill: var(--page); stroke: var(--quiet); }
.diagram .changes .box { stroke: var(--note); stroke-width: 3; }
.diagram .loses .box { stroke: var(--error); stroke-width: 4; }
.diagram text { fill: var(--text); font: 14px system-ui, sans-serif; }
.diagram text.counts { fill: var(--quiet); font-size: 12px; }
.diagram .loses text.counts { fill: var(--error); font-weight: 700; }
.diagram path.line { fill: none; stroke: var(--quiet); stroke-width: 1.5; }
.diagram path.tip { fill: var(--quiet); }
`;
