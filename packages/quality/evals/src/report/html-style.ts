/** Style sheet of the page. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --muted: #57606a; --line: #d0d7de; --back: #fff; --soft: #f6f8fa;
  --good: #116329; --bad: #a40e26; --doubt: #7d4e00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --muted: #9da7b3; --line: #3d444d; --back: #0d1117; --soft: #161b22;
    --good: #56d364; --bad: #ff9492; --doubt: #e3b341; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
h1, h2, p, li, summary, pre { overflow-wrap: break-word; }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; white-space: nowrap; }
th, td { padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid var(--line); text-align: left; }
thead th, dt, p { color: var(--muted); font-weight: normal; }
details { border: 1px solid var(--line); border-radius: 6px; margin: 0.5rem 0; padding: 0.5rem 0.8rem;
  content-visibility: auto; contain-intrinsic-size: auto 3rem; }
summary { cursor: pointer; font-weight: 600; }
dd { margin: 0 0 0.6rem; }
pre { margin: 0; padding: 0.5rem; background: var(--soft); font: 14px/1.45 ui-monospace, monospace; white-space: pre-wrap; }
.pass { color: var(--good); } .fail { color: var(--bad); } .inconclusive, .incomplete { color: var(--doubt); }
`;
