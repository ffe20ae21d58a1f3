/**
 * The style sheet of a report: light and dark as the reader's system has it, and legible without either. Kinds of rows differ by their
 * hatching too, lines by their dashes.
 */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f7f9; --ink: #1c2128; --quiet: #57606a; --grid: #dbe0e5;
  --good: #1a7f37; --bad: #c4232d; --warning: #8a5a00;
  --cache: #8250df; --hot: #c2500a; --snapshot: #0a66c2; --delta: #1a7f37; --repair: #c4232d; --fetched: #bf3989; --other: #7a838d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1319; --panel: #181e26; --ink: #e6eaef; --quiet: #9aa5b1; --grid: #2d3540;
    --good: #4cc368; --bad: #ff7b72; --warning: #e0a93b;
    --cache: #bc8cff; --hot: #f08a3c; --snapshot: #5aa9ff; --delta: #4cc368; --repair: #ff7b72; --fetched: #f778ba; --other: #7f8a96;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
main, header, footer { max-width: 52.5rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 3rem 0 .25rem; padding-top: 1.25rem; border-top: 1px solid var(--grid); }
p { margin: .25rem 0 .75rem; max-width: 44rem; }
code { font: .875em ui-monospace, "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace; background: var(--panel); border-radius: 4px; padding: .1em .35em; }
.about, .note, footer, figcaption { color: var(--quiet); }
.about { margin: 0 0 1.25rem; }
.outcome { font-weight: 600; margin: 0 0 1rem; }
.outcome.good { color: var(--good); } .outcome.bad { color: var(--bad); } .outcome.warning { color: var(--warning); }
.summary { margin: 0; padding: 0; list-style: none; max-width: 44rem; }
.facts { display: grid; grid-template-columns: repeat(3, 1fr); gap: .75rem; margin: 1.5rem 0 0; }
.facts div { background: var(--panel); border-radius: 8px; padding: .75rem .9rem; }
.facts dt { color: var(--quiet); font-size: .8125rem; }
.facts dd { margin: 0; font-size: 1.25rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.facts dd small { display: block; font-size: .8125rem; font-weight: 400; color: var(--quiet); }
figure { margin: 1rem 0 .5rem; }
.beside { display: grid; grid-template-columns: 22rem 1fr; gap: 1.5rem; align-items: center; font-size: .875rem; }
.beside figure > svg.wide { width: 22rem; }
figure > svg { display: block; width: 100%; height: auto; font-size: 12px; }
figure > svg.narrow { display: none; max-width: 30rem; }
@media (max-width: 40rem) {
  figure > svg.wide { display: none; }
  figure > svg.narrow { display: block; }
  header { padding-top: 1.5rem; }
  .facts { grid-template-columns: repeat(2, 1fr); }
  .beside { display: block; }
}
svg text { fill: var(--ink); font-variant-numeric: tabular-nums; }
.axis text, .axis-name { fill: var(--quiet); }
.grid { stroke: var(--grid); fill: none; } .tick { stroke: var(--quiet); fill: none; }
.moment path { stroke: var(--quiet); fill: none; stroke-dasharray: 2 3; } .moment text { font-weight: 600; paint-order: stroke; stroke: var(--page); stroke-width: 4px; stroke-linejoin: round; }
.phase rect { fill: var(--other); } .phase .name { font-weight: 600; }
.phase .beside { paint-order: stroke; stroke: var(--page); stroke-width: 4px; stroke-linejoin: round; }
.phase .inside { fill: var(--page); font-weight: 600; }
.phase.failed text.beside { fill: var(--bad); } .phase.stopped text.beside { fill: var(--warning); }
.phase .kind-cache, .area.kind-cache .fill { fill: var(--cache); }
.phase .kind-hot, .area.kind-hot .fill { fill: var(--hot); }
.phase .kind-snapshot, .area.kind-snapshot .fill { fill: var(--snapshot); }
.phase .kind-delta, .area.kind-delta .fill { fill: var(--delta); }
.area.kind-repair .fill { fill: var(--repair); } .area.kind-fetched .fill { fill: var(--fetched); }
.area .hatch { fill: none; }
.area.kind-cache .hatch { fill: url(#hatch-cache); } .area.kind-hot .hatch { fill: url(#hatch-hot); }
.area.kind-delta .hatch { fill: url(#hatch-delta); } .area.kind-repair .hatch { fill: url(#hatch-repair); } .area.kind-fetched .hatch { fill: url(#hatch-fetched); }
pattern path, pattern circle { stroke: var(--page); fill: none; } pattern circle { fill: var(--page); stroke: none; }
.line, .line path { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line.expected, .line.expected path { stroke: var(--hot); }
.line.waiting, .line.waiting path { stroke: var(--delta); }
.line.held, .line.held path { stroke: var(--quiet); stroke-dasharray: 6 4; }
.line.perfect, .line.perfect path { stroke: var(--quiet); stroke-dasharray: 6 4; }
.line.measured { stroke: var(--snapshot); stroke-width: 1.5; }
.dots circle { fill: var(--page); stroke: var(--snapshot); stroke-width: 2; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: .75rem 0 0; padding: 0; list-style: none; font-size: .875rem; }
.legend svg { width: 28px; height: 14px; margin-right: .5rem; vertical-align: -2px; }
.missing { color: var(--warning); margin-top: .75rem; }
.definitions { position: absolute; width: 0; height: 0; overflow: hidden; }
details { margin-top: .5rem; font-size: .875rem; }
summary { cursor: pointer; color: var(--quiet); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .75rem 0 1rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; color: var(--quiet); padding-bottom: .25rem; }
th, td { padding: .2rem 1rem .2rem 0; border-bottom: 1px solid var(--grid); text-align: left; font-weight: 400; vertical-align: top; }
thead th { color: var(--quiet); } .figure { text-align: right; white-space: nowrap; }
.notes { padding-left: 1.25rem; } .notes li { margin: .25rem 0; }
footer { padding-top: 2.5rem; padding-bottom: 3rem; font-size: .8125rem; }
@media print { details > summary { display: none; } section { break-inside: avoid; } }
`;
