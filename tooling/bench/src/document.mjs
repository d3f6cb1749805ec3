// pnpm bench:document: writes the last figures of every scenario into apps/docs/performance.md, between its markers.
import { readFileSync, writeFileSync } from 'node:fs';
import { besideEachOther, pivotsOf } from './report/pivot.mjs';
import { fileNameOf, gateRuns, load } from './report/results.mjs';
import { goalTable } from './report/table.mjs';
import { SCENARIOS } from './scenarios/index.mjs';

const PEERS = new URL('../peers/package.json', import.meta.url);
const PAGE = new URL('../../../apps/docs/performance.md', import.meta.url);
const BUNDLES = new URL('../../../apps/docs/bundles.md', import.meta.url);
/** Their rows in the table of bundles, with the SDKs or adapters of both vendors. */
const BUNDLED = {
  sdk: 'both SDKs alone',
  majordomo: 'core, OpenAI, Anthropic',
  ai: 'AI SDK, OpenAI, Anthropic',
  langchain: 'LangChain models, OpenAI, Anthropic',
  mastra: 'Mastra, an agent',
  pi: 'pi-ai',
  tanstack: 'TanStack AI, OpenAI, Anthropic',
};
const BEGIN = '<!-- figures: written by pnpm bench:document -->';
const END = '<!-- end of figures -->';

// Figures are those of the last run of the gate; other libraries have no goals, and a run of their own.
const results = SCENARIOS.map(({ name, goals }) =>
  load(fileNameOf(name, goals.length > 0 ? 'gate' : 'full')),
);
const page = readFileSync(PAGE, 'utf8');
const from = page.indexOf(BEGIN);
const to = page.indexOf(END);
if (from < 0 || to < from) throw new Error(`no markers in ${PAGE.pathname}`);
const figures = [goals(gateRuns()), origin(results), ...results.map(section)].join('\n\n');
writeFileSync(PAGE, `${page.slice(0, from)}${BEGIN}\n\n${figures}\n\n${page.slice(to)}`);

/** A row for each goal, a column for each line of Node; of several runs the least and the most. */
function goals(lines) {
  const said = lines.map(
    (runs) => `${runs.length} on Node ${runs[0].node.slice(1)} (${runs.map(met).join(', ')})`,
  );
  const commits = [...new Set(lines.flat().map(({ commit }) => commit.slice(0, 9)))];
  const runs = `Runs of \`pnpm bench:gate\` at commit ${commits.join(' and ')}: ${said.join(' and ')}. ${hardware(lines.flat())}`;
  return `### Goals\n\n${runs}\n\n${goalTable(lines)}`;
}

function met({ verdicts }) {
  return `${verdicts.filter(({ ok }) => ok).length} of ${verdicts.length} rows met`;
}

function hardware(all) {
  const [{ at, cpu, cores, memoryGB }] = all;
  const load = Math.max(...all.map((result) => result.load));
  const taken = `Taken on ${at.slice(0, 10)} on ${cores} cores of ${cpu}, ${memoryGB} GB.`;
  const busy = `Up to ${load} processes wanted these cores meanwhile: ratios are rough, and wall times are worth nothing.`;
  return load > cores * 2 ? `${taken} ${busy}` : taken;
}

function origin(all) {
  const [{ node, commit }] = all;
  return `All tables below: Node ${node.slice(1)}, commit ${commit.slice(0, 9)}.`;
}

/** Pinned, so that the figures of two days can be compared. */
function peers() {
  const { dependencies } = JSON.parse(readFileSync(PEERS, 'utf8'));
  const versions = Object.entries(dependencies).map(([name, version]) => `\`${name}\` ${version}`);
  return `Versions: ${versions.join(', ')}.`;
}

/** As `pnpm sizes --table` has written it last. */
function bundles() {
  const page = readFileSync(BUNDLES, 'utf8');
  const cellsOf = (name) =>
    page
      .split('\n')
      .find((line) => line.startsWith(`| ${name} |`))
      ?.split('|') ?? [];
  const of = (subject) => /, (\d+) kB/.exec(cellsOf(BUNDLED[subject])[2])?.[1] ?? '';
  return { title: 'kB of a bundle for both vendors, gzipped', of };
}

function section({ name, title, measures, missing }) {
  const absent = missing.length === 0 ? [] : [`Not installed: ${missing.join(', ')}.`];
  const { withPeers } = SCENARIOS.find((each) => each.name === name);
  const tables = withPeers ? [peers(), ...besideEachOther(measures, bundles())] : pivotsOf(measures);
  return [`### ${title}`, ...absent, ...tables].join('\n\n');
}
