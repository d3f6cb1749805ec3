// pnpm bench:document: writes the last run of each Node line and of the peers into apps/docs/performance.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { load } from './report/results.mjs';
import { linesTable, peersTable } from './report/table.mjs';

const PEERS = new URL('../peers/package.json', import.meta.url);
const PAGE = new URL('../../../apps/docs/performance.md', import.meta.url);
const LINES = [22, 24, 26];

const results = LINES.map((line) => load(`node-${line}`)).filter((result) => result !== undefined);
const peers = load('peers');
write('figures', results.length === 0 ? undefined : `${origin(results)}\n\n${linesTable(results)}`);
write('peers', peers && [origin([peers]), versions(), ...tables(peers)].join('\n\n'));

function write(name, text) {
  if (text === undefined) return console.log(`no ${name} in out/: left as they are`);
  const [begin, end] = [`<!-- ${name}: written by pnpm bench:document -->`, `<!-- end of ${name} -->`];
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no markers of ${name} in ${PAGE.pathname}`);
  writeFileSync(PAGE, `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`);
}

function origin(all) {
  const [{ at, cpu, cores, memoryGB }] = all;
  const commits = [...new Set(all.map(({ commit }) => commit.slice(0, 9)))];
  const load = Math.max(...all.map((result) => result.load));
  const runs = all.map(({ node, seconds }) => `Node ${node} (${seconds} s)`).join(', ');
  const busy =
    load > cores * 2 ? ` Up to ${load} processes competed for the cores, so the figures are rough.` : '';
  return `${runs}, commit ${commits.join(' and ')}, ${at.slice(0, 10)}, ${cores} cores of ${cpu}, ${memoryGB} GB.${busy}`;
}

function versions() {
  const { dependencies } = JSON.parse(readFileSync(PEERS, 'utf8'));
  return `Versions: ${Object.entries(dependencies)
    .map(([name, version]) => `\`${name}\` ${version}`)
    .join(', ')}.`;
}

function tables({ peers: measured }) {
  return Object.entries(measured).map(([wire, measures]) => peersTable(wire, measures));
}
