import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { shuffled } from '../measure/statistics.mjs';

const HERE = import.meta.dirname;
const CORE = '@majordomo/core';
/** What a user of each imports. */
const ENTRIES = {
  nothing: { modules: [] },
  [CORE]: { modules: [CORE] },
  'core and two providers': {
    modules: [CORE, '@majordomo/provider-openai', '@majordomo/provider-anthropic'],
  },
  'both SDKs': { modules: ['openai', '@anthropic-ai/sdk'] },
};

/** @type {import('./scenario.mjs').Scenario} */
export const coldImport = {
  name: 'import',
  title: 'Cold import, a process each',
  sizes: { full: { rounds: 9, warmUp: 1 }, gate: { rounds: 7, warmUp: 1 } },
  async run({ rounds, warmUp, random }) {
    const names = Object.keys(ENTRIES);
    const samples = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = -warmUp; round < rounds; round++)
      for (const name of shuffled(names, random)) {
        const sample = imported(ENTRIES[name]);
        if (round >= 0) samples[name].push(sample);
      }
    const empty = samples.nothing;
    return names.flatMap((name) => [
      row(
        'time',
        'time',
        'ms wall',
        name,
        samples[name].map(({ ms }) => ms),
      ),
      row(
        'memory',
        'resident set over an empty process',
        'MB',
        name,
        samples[name].map(({ rss }, at) => rss - empty[at].rss),
      ),
      ...(name === CORE
        ? [row('size', 'all modules that the import loads, gzipped', 'KiB', name, [gzipped(CORE)])]
        : []),
    ]);
  },
  goals: [
    {
      row: 'import of core',
      atMost: 15,
      stretch: 12,
      unit: 'ms',
      figure: (read) => read.value('time', '-', CORE),
    },
    { row: 'import of core', atMost: 12, unit: 'MB', figure: (read) => read.value('memory', '-', CORE) },
    {
      row: 'import of core',
      // Decision record 0042.
      atMost: 30,
      unit: 'KiB gzipped',
      figure: (read) => read.value('size', '-', CORE),
    },
    // Decision record 0091.
    {
      row: 'import of core and two providers',
      atMost: 0.25,
      unit: '× both SDKs',
      figure: (read) => read.ratio('time', '-', 'both SDKs', 'core and two providers'),
    },
    {
      row: 'import of two providers',
      atMost: Infinity,
      stretch: 10,
      unit: 'ms over core',
      figure: (read) => read.excess('time', '-', CORE, 'core and two providers'),
    },
  ],
};

const row = (metric, title, unit, subject, values) => ({
  metric,
  title,
  unit,
  wire: '-',
  subject,
  values,
  error: undefined,
});

/** A process of its own imports them, as a module in the folder `from` would; `undefined` where one is not installed. */
export function imported({ modules, from = HERE }) {
  const script = `const start = performance.now();
    for (const name of ${JSON.stringify(modules)}) await import(name);
    const ms = performance.now() - start;
    console.log(JSON.stringify({ ms, rss: process.memoryUsage.rss() / 1e6 }));`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: from,
    encoding: 'utf8',
  });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

/** What import statements reach, in KiB; what is imported later, by a function, is not loaded by the import. */
function gzipped(name) {
  const reached = new Set();
  const visit = (path) => {
    if (reached.has(path)) return;
    reached.add(path);
    const source = readFileSync(path, 'utf8');
    for (const [, target] of source.matchAll(/(?:from|import)\s*["'](\.[^"']+)["']/g))
      visit(join(dirname(path), target));
  };
  visit(fileURLToPath(import.meta.resolve(name)));
  const code = [...reached].map((path) => readFileSync(path, 'utf8')).join('\n');
  return gzipSync(code).length / 1024;
}
