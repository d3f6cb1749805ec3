// pnpm bench document: writes the last run of each Node line and of the peers into apps/docs/performance.md, and all rows into
// performance-details.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { load } from './report/results.mjs';
import { linesTable, peersTable } from './report/table.mjs';

const PEERS = new URL('../peers/package.json', import.meta.url);
const PAGE = new URL('../../../apps/docs/performance.md', import.meta.url);
const DETAILS = new URL('../../../apps/docs/performance-details.md', import.meta.url);
/** Rows of the page, which has two screens. */
const SUMMARY = new Set([
  'call',
  'streamed delta',
  'first delta',
  'abort in the body to closed socket, p99',
  'memory of 1,000 open streams',
  'agent, a step of 400',
  'ledger gate',
  'streamed chunk through the gateway',
  'cold start',
]);
const LINES = [22, 24, 26];

const results = LINES.map((line) => load(`node-${line}`)).filter((result) => result !== undefined);
const peers = load('peers');
const isSummary = ({ row, wires }) => SUMMARY.has(row) && wires[0] === 'openai-chat';
const summary = results.map((result) => ({ ...result, verdicts: result.verdicts.filter(isSummary) }));
write(PAGE, 'summary', rows(summary, false));
write(DETAILS, 'figures', rows(results));
if (peers !== undefined) {
  const [first, ...others] = tables(peers);
  write(PAGE, 'peers', [origin([peers]), versions(), first].join('\n\n'));
  write(DETAILS, 'peers', others.join('\n\n'));
}

function rows(all, hasWires) {
  return all.length === 0 ? undefined : `${origin(all)}\n\n${linesTable(all, hasWires)}`;
}

function write(file, name, text) {
  if (text === undefined) return console.log(`no ${name} in out/: left as they are`);
  const [begin, end] = [`<!-- ${name}: written by pnpm bench document -->`, `<!-- end of ${name} -->`];
  const page = readFileSync(file, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no markers of ${name} in ${file.pathname}`);
  writeFileSync(file, `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`);
}

function origin(all) {
  const [{ at, cpu, cores, memoryGB }] = all;
  const commits = [...new Set(all.map(({ commit }) => commit.slice(0, 9)))];
  const load = Math.max(...all.map((result) => result.load));
  const runs = all.map(({ node, seconds }) => `${node} (${seconds} s)`).join(', ');
  const busy =
    load > cores * 2 ? ` Up to ${load} processes competed for the cores, so the figures are rough.` : '';
  const machine = `${cores} cores (${cpu}) and ${memoryGB} GB of memory`;
  const slowness = all.map((result) => (result.slowness ?? 1).toFixed(2)).join(', ');
  const scaled = ` Times of the processor are divided by the slowness of the machine (${slowness}).`;
  return `Measured on ${at.slice(0, 10)} at commit ${commits.join(' and ')}, with ${machine}. Versions of Node, with the duration of the run: ${runs}.${scaled}${busy}`;
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
