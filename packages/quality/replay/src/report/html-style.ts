/** Style sheet of the page, in the colors of the inspector. */
export const STYLE = `
:root { color-scheme: light dark; --back: #f5f6f8; --card: #fff; --ink: #181b22; --soft: #586070; --line: #d3d8e0;
  --accent: #2b57c9; --good: #116b40; --bad: #b3261e; --doubt: #8a5000; --good-back: #e5f5ec; --bad-back: #fdecea; --doubt-back: #fdf3df; }
@media (prefers-color-scheme: dark) {
  :root { --back: #0e1014; --card: #16191f; --ink: #e8ebf1; --soft: #9aa4b5; --line: #343b47;
    --accent: #8db0ff; --good: #57cc97; --bad: #ff8b82; --doubt: #e9bb66; --good-back: #12261c; --bad-back: #2e1715; --doubt-back: #2b2213; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 66rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0.3rem 0 0.5rem; } h2 { font-size: 1.15rem; margin: 0 0 0.6rem; }
h1, h2, p, li, summary, pre, dd { overflow-wrap: anywhere; }
p { margin: 0.3rem 0; } ul, ol { margin: 0; padding-left: 1.2rem; } li { margin: 0.25rem 0; }
section, header { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin-bottom: 1rem; }
header h2 { margin: 0.8rem 0 0.2rem; } header { border-left: 8px solid var(--tone); background: var(--tone-back); }
header h1 { color: var(--tone); }
.pass { --tone: var(--good); --tone-back: var(--good-back); } .fail { --tone: var(--bad); --tone-back: var(--bad-back); }
.care, .inconclusive, .incomplete { --tone: var(--doubt); --tone-back: var(--doubt-back); }
.summary { font-size: 1.1rem; font-weight: 600; }
.answers { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 1.5rem; margin-top: 0.8rem; }
code { font: 0.93em ui-monospace, monospace; overflow-wrap: anywhere; }
.table { overflow-x: auto; } table { border-collapse: collapse; white-space: nowrap; }
th, td { padding: 0.25rem 0.9rem 0.25rem 0; border-bottom: 1px solid var(--line); text-align: left; font-weight: normal; }
thead th { color: var(--soft); } tbody th, .name { min-width: 9rem; max-width: 24rem; white-space: normal; overflow-wrap: anywhere; }
details { border-top: 1px solid var(--line); padding: 0.5rem 0; } details details { margin-left: 1rem; }
summary { cursor: pointer; } summary:focus-visible, .table:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
dl { margin: 0.5rem 0; } dt { color: var(--soft); } dd { margin: 0 0 0.6rem; }
pre { margin: 0; padding: 0.5rem; background: var(--back); font: 13px/1.45 ui-monospace, monospace; white-space: pre-wrap; }
@media (max-width: 46rem) {
  main { padding: 0.5rem; } header, section { padding: 0.8rem; } h1 { font-size: 1.35rem; }
  .answers { grid-template-columns: minmax(0, 1fr); gap: 0.8rem; }
}
@media print { body { background: none; } .figures::details-content { content-visibility: visible; block-size: auto; } section, header { break-inside: avoid-page; border-color: #999; } }
`;
