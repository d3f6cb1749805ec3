// pnpm bench:document: writes the last figures of every scenario into apps/docs/performance.md, between its markers.
import { readFileSync, writeFileSync } from 'node:fs';
import { pivotsOf } from './report/pivot.mjs';
import { load } from './report/results.mjs';
import { verdictTable } from './report/table.mjs';
import { SCENARIOS } from './scenarios/index.mjs';

const PEERS = new URL('../peers/package.json', import.meta.url);
const PAGE = new URL('../../../apps/docs/performance.md', import.meta.url);
const BEGIN = '<!-- figures: written by pnpm bench:document -->';
const END = '<!-- end of figures -->';

const results = SCENARIOS.map(({ name }) => load(name));
const page = readFileSync(PAGE, 'utf8');
const from = page.indexOf(BEGIN);
const to = page.indexOf(END);
if (from < 0 || to < from) throw new Error(`no markers in ${PAGE.pathname}`);
const figures = [origin(results), peers(), goals(results), ...results.map(section)].join('\n\n');
writeFileSync(PAGE, `${page.slice(0, from)}${BEGIN}\n\n${figures}\n\n${page.slice(to)}`);

function origin(all) {
  const [{ at, node, cpu, cores, memoryGB, commit }] = all;
  const load = Math.max(...all.map((result) => result.load));
  const taken = `Taken on ${at.slice(0, 10)} at commit ${commit.slice(0, 9)}: Node ${node.slice(1)}, ${cores} cores of ${cpu}, ${memoryGB} GB.`;
  const busy = `Up to ${load} processes wanted these cores meanwhile: ratios are rough, and wall times are worth nothing.`;
  return load > cores * 2 ? `${taken} ${busy}` : taken;
}

/** Pinned, so that the figures of two days can be compared. */
function peers() {
  const { dependencies } = JSON.parse(readFileSync(PEERS, 'utf8'));
  const versions = Object.entries(dependencies).map(([name, version]) => `\`${name}\` ${version}`);
  return `Other libraries, where they are installed: ${versions.join(', ')}.`;
}

function goals(all) {
  return `### Goals\n\n${verdictTable(all.flatMap(({ verdicts }) => verdicts))}`;
}

function section({ title, measures, missing }) {
  const absent = missing.length === 0 ? [] : [`Not installed: ${missing.join(', ')}.`];
  return [`### ${title}`, ...absent, ...pivotsOf(measures)].join('\n\n');
}
