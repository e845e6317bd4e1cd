/** The page's style sheet: one column of text width, charts and episodes as wide as they need, light and dark. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --page: #fbfaf7; --raised: #ffffff; --sunk: #f3f1ec; --ink: #1d1c1a; --soft: #6a665f; --faint: #a39e94; --rule: #e4e0d8;
  --before: #a8744a; --after: #0b6e6e; --after-soft: #0b6e6e24; --won: #1f7a4d; --won-soft: #e3f2e9; --lost: #a8443a; --lost-soft: #f8e7e4;
  --sans: ui-sans-serif, "Inter", system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", "JetBrains Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131416; --raised: #1a1c1f; --sunk: #202327; --ink: #eceae6; --soft: #a5a29b; --faint: #6f6d69; --rule: #2d3035;
    --before: #d39b6c; --after: #4fc4bd; --after-soft: #4fc4bd26; --won: #6fcf9a; --won-soft: #1c3328; --lost: #ee8f83; --lost-soft: #3a2321;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 var(--sans); font-feature-settings: "cv11", "ss03"; }
main { max-width: 68rem; margin: 0 auto; padding: clamp(1.5rem, 5vw, 4rem) clamp(1rem, 4vw, 2.5rem) 4rem; }
code, pre { font-family: var(--mono); }
.number, table td, .tile b, .tile small, output { font-variant-numeric: tabular-nums; }

header .brand { margin: 0 0 1.6rem; font-size: .8rem; letter-spacing: .09em; text-transform: uppercase; color: var(--soft); }
header .brand b { color: var(--after); font-weight: 650; }
h1 { margin: 0; max-width: 22ch; font-size: clamp(1.9rem, 5vw, 3.1rem); line-height: 1.08; letter-spacing: -.025em; font-weight: 680; text-wrap: balance; }
header .lede { margin: 1rem 0 0; max-width: 62ch; color: var(--soft); font-size: 1.05rem; text-wrap: pretty; }
header .lede code { color: var(--ink); font-size: .92em; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: .9rem 2rem; margin: 1.8rem 0 0; padding: 1.1rem 0; border-block: 1px solid var(--rule); }
.facts div { min-width: 0; }
.facts dt { font-size: .74rem; color: var(--soft); }
.facts div:first-child, .facts div:last-child { grid-column: span 2; }
.facts dd { margin: .1rem 0 0; font-size: .95rem; overflow-wrap: anywhere; }

section.block { margin-top: clamp(2.6rem, 6vw, 4rem); }
h2 { margin: 0 0 .35rem; font-size: 1.3rem; letter-spacing: -.012em; font-weight: 650; }
h2 + p { margin: 0 0 1.4rem; max-width: 68ch; color: var(--soft); font-size: .95rem; text-wrap: pretty; }
h3 { margin: 0; font-size: .9rem; font-weight: 600; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(15.5rem, 1fr)); gap: 1rem; margin-top: 2.4rem; }
.tile { padding: 1.1rem 1.2rem .7rem; background: var(--raised); border: 1px solid var(--rule); border-radius: .8rem; }
.tile h3 { color: var(--soft); font-weight: 500; }
.tile p { display: flex; align-items: baseline; gap: .55rem; margin: .15rem 0 .6rem; white-space: nowrap; }
.tile p .from { font-size: 1.15rem; color: var(--before); }
.tile p i { font-style: normal; color: var(--faint); }
.tile p b { font-size: 2.1rem; line-height: 1.15; font-weight: 660; letter-spacing: -.02em; color: var(--after); }
.tile small { margin-left: auto; font-size: .82rem; color: var(--soft); }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 11px var(--sans); fill: var(--soft); font-variant-numeric: tabular-nums; }
.range .axes line { stroke: var(--rule); }
.range text { font-size: 10.5px; }
.range .way { stroke: var(--faint); stroke-width: 1.5; }
.range .whisker { stroke-width: 7; stroke-linecap: round; opacity: .28; }
.range .whisker.before { stroke: var(--before); } .range .whisker.after { stroke: var(--after); }
.range circle { stroke: var(--raised); stroke-width: 2; }
.range circle.before { fill: var(--before); } .range circle.after { fill: var(--after); }

.scroll { overflow-x: auto; margin-inline: -.2rem; padding-inline: .2rem; }
table { width: 100%; border-collapse: collapse; font-size: .93rem; }
th { padding: .5rem .9rem .5rem 0; border-bottom: 1px solid var(--ink); text-align: left; font-weight: 600; font-size: .82rem; white-space: nowrap; }
td { padding: .5rem .9rem .5rem 0; border-bottom: 1px solid var(--rule); vertical-align: baseline; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; }
td .error { color: var(--faint); font-size: .88em; }
tbody th { border-bottom: 1px solid var(--rule); font-size: .93rem; }
tr.group th { padding-top: 1.1rem; border-bottom: 1px solid var(--rule); color: var(--soft); font-weight: 500; font-size: .8rem; }
tr.reference td { color: var(--soft); }
td.after { font-weight: 620; }
.better { color: var(--won); } .worse { color: var(--lost); }

.charts { display: grid; grid-template-columns: 1fr 1fr; gap: 2rem 2.2rem; }
.charts > :first-child { grid-column: 1 / -1; }
.narrow { display: none; }
figure { margin: 0; min-width: 0; }
figcaption { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem .7rem; min-height: 1.9rem; font-size: .92rem; }
figcaption b { font-weight: 620; } figcaption span { color: var(--soft); font-size: .85rem; }
figcaption output { margin-left: auto; color: var(--after); font-size: .84rem; }
.chart svg { touch-action: pan-y; border-radius: .3rem; outline-offset: .3rem; }
.chart .axes line { stroke: var(--rule); stroke-width: 1; }
.chart .raw { fill: none; stroke: var(--after); stroke-width: 1; opacity: .16; }
.chart .dots { fill: var(--after); opacity: .38; }
.chart .trend { fill: none; stroke: var(--after); stroke-width: 2.4; stroke-linejoin: round; stroke-linecap: round; }
.chart .reference line { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 4; }
.chart .reference text { fill: var(--soft); paint-order: stroke; stroke: var(--page); stroke-width: 4px; stroke-linejoin: round; }
.chart .evaluation line { stroke: var(--ink); stroke-width: 1.3; } .chart .evaluation circle { fill: var(--page); stroke: var(--ink); stroke-width: 1.6; }
.chart .hover line { stroke: var(--ink); opacity: .35; } .chart .hover circle { fill: var(--after); stroke: var(--page); stroke-width: 1.5; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.5rem; margin: 1.2rem 0 0; padding: 0; list-style: none; color: var(--soft); font-size: .84rem; }
.legend li { display: flex; align-items: center; gap: .45rem; } .legend svg { width: 1.7rem; flex: none; }
details.more { margin-top: 1.6rem; }
details.more > .charts { margin-top: 1.2rem; } details.more > .charts > :first-child { grid-column: auto; }
summary { cursor: pointer; }
details.more > summary { color: var(--soft); font-size: .92rem; width: fit-content; }

.pair { border: 1px solid var(--rule); border-radius: .8rem; background: var(--raised); overflow: hidden; }
.pair + .pair { margin-top: .7rem; }
.pair > summary { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .4rem 1rem; padding: .75rem 1.1rem; list-style: none; }
.pair > summary::-webkit-details-marker { display: none; }
.pair > summary::before { content: ""; width: .42rem; height: .42rem; border: solid var(--faint); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); }
.pair[open] > summary::before { transform: rotate(45deg); }
.pair .seed { margin-right: auto; font-size: .9rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.fate { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem .6rem; } .fate i { font-style: normal; color: var(--faint); }
.badge { display: inline-block; padding: .08rem .55rem; border-radius: 1rem; font-size: .8rem; font-weight: 560; white-space: nowrap; }
.badge.won { color: var(--won); background: var(--won-soft); } .badge.lost { color: var(--lost); background: var(--lost-soft); }
.task { margin: 0; padding: .8rem 1.1rem; max-height: 14rem; overflow: auto; background: var(--sunk); border-block: 1px solid var(--rule); font-size: .82rem; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; color: var(--soft); }
.sides { display: grid; grid-template-columns: 1fr 1fr; }
.side { padding: 1rem 1.1rem 1.1rem; min-width: 0; } .side + .side { border-left: 1px solid var(--rule); }
.side h4 { display: flex; align-items: center; gap: .6rem; margin: 0 0 .6rem; font-size: .9rem; font-weight: 620; }
.side ol { margin: 0; padding: 0; list-style: none; }
.side li { display: flex; align-items: baseline; gap: .7rem; padding: .3rem 0; border-top: 1px solid var(--rule); }
.side li > div { flex: 1; min-width: 0; display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem .7rem; }
.place { width: 1.3rem; flex: none; color: var(--faint); font-size: .8rem; text-align: right; font-variant-numeric: tabular-nums; }
.action { color: var(--after); font-size: .87rem; white-space: pre-wrap; overflow-wrap: anywhere; } .action em { color: var(--faint); }
.answer { font-size: .87rem; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 16rem; overflow: auto; }
.event { color: var(--faint); font-size: .78rem; }
.reward { min-width: 3rem; font-size: .84rem; text-align: right; font-variant-numeric: tabular-nums; } .reward.good { color: var(--won); } .reward.bad { color: var(--lost); }
.return { margin: .5rem 0 0; padding-top: .5rem; border-top: 1px solid var(--rule); color: var(--soft); font-size: .86rem; text-align: right; } .return b { color: var(--ink); font-weight: 600; }
.samples td { font-size: .87rem; } .samples td.number { color: var(--soft); padding-right: 1.4rem; } .samples th.number { padding-right: 1.4rem; }
.move { display: inline-block; margin-right: 1rem; color: var(--soft); white-space: nowrap; } .move code { color: var(--ink); }

.command { position: relative; }
.command pre { margin: 0; padding: .9rem 5rem .9rem 1.1rem; background: var(--sunk); border-radius: .6rem; font-size: .85rem; white-space: pre-wrap; overflow-wrap: anywhere; }
button { position: absolute; top: .55rem; right: .6rem; padding: .25rem .7rem; border: 1px solid var(--rule); border-radius: .45rem; background: var(--raised); color: var(--soft); font: 500 .8rem var(--sans); cursor: pointer; }
button:hover { color: var(--ink); }
.config { margin-top: .9rem; } .config summary { color: var(--soft); font-size: .92rem; width: fit-content; }
.config pre { margin: .8rem 0 0; padding: .9rem 1.1rem; background: var(--sunk); border-radius: .6rem; font-size: .8rem; line-height: 1.5; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
footer { margin-top: 3.4rem; padding-top: 1rem; border-top: 1px solid var(--rule); color: var(--soft); font-size: .84rem; }
:focus-visible { outline: 2px solid var(--after); outline-offset: 2px; }
@media (max-width: 46rem) {
  .charts, .sides { grid-template-columns: 1fr; }
  .wide { display: none; } .narrow { display: block; }
  .side + .side { border-left: 0; border-top: 1px solid var(--rule); }
  .event { display: none; }
}
@media print { body { background: #fff; } .pair, .tile { break-inside: avoid; } button { display: none; } }
`;
