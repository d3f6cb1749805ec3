// `pnpm bench agents`: measures the rows of "Agents with many tools" in apps/docs/performance-details.md. `--rounds 40`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { connectMcpServers } from '@majordomo/mcp';
import { inRounds } from '../src/measure/rounds.mjs';
import { median, medianRatio, seeded } from '../src/measure/statistics.mjs';
import { inFigures, markdown } from '../src/report/table.mjs';
import { searchingAgent } from './work.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40' } } });
const plan = { rounds: Number(values.rounds), warmUp: 10, random: seeded(1) };
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const rows = [];
const row = (name, figure, bound, unit) =>
  rows.push([name, `${inFigures(figure)} ${unit}`, `${bound} ${unit}`]);

/** Returns times in milliseconds and the memory of a new index in MB. */
async function measureIndex(tools) {
  const first = [];
  const later = [];
  const memory = [];
  for (let round = 0; round < 5; round++) {
    const agent = searchingAgent({ tools, searches: 20, steps: 21, limit: 1 });
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    await agent.run();
    collectGarbage();
    memory.push((process.memoryUsage().heapUsed - before) / 1e6);
    first.push(agent.searchMs[0]);
    later.push(median(agent.searchMs.slice(1)));
  }
  return { first: median(first), later: median(later), memory: median(memory) };
}

// The first agent loads the SDK.
await searchingAgent({ tools: 10, steps: 100 }).run();
const thousand = await measureIndex(1000);
row('first search of 1,000 tools, which builds the index', thousand.first, 60, 'ms');
row('another search of 1,000 tools', thousand.later, 1, 'ms');
row('memory of the index of 1,000 tools and of the run', thousand.memory, 5, 'MB');
const tenThousand = await measureIndex(10_000);
row('first search of 10,000 tools', tenThousand.first, 2000, 'ms');
row('another search of 10,000 tools', tenThousand.later, 100, 'ms');

const job = (subject, options) => ({ subject, per: options.steps, run: searchingAgent(options).run });
const step = await inRounds(
  [job('many', { tools: 1000, steps: 100 }), job('few', { tools: 10, steps: 100 })],
  plan,
);
row('step with 1,000 deferred tools, compared with 10', medianRatio(step.many, step.few), 1.1, '×');
const long = await inRounds(
  [
    job('long', { tools: 1000, searches: 10, steps: 400 }),
    job('short', { tools: 1000, searches: 10, steps: 200 }),
  ],
  { ...plan, rounds: 15, warmUp: 3 },
);
row(
  'step of 400 with 50 loaded tools, compared with a step of 200',
  medianRatio(long.long, long.short),
  2,
  '×',
);

const SERVERS = 20;
const SLOWEST_MS = 1000;
const SERVER = new URL('server.mjs', import.meta.url).pathname;
const place = (delay) => ({ command: process.execPath, args: [SERVER, String(delay)] });

async function startProcesses() {
  const began = performance.now();
  const children = Array.from({ length: SERVERS }, () => spawn(process.execPath, [SERVER, '0']));
  await Promise.all(
    children.map((child) => {
      child.stdin.end('{"id":1,"method":"ping"}\n');
      return once(child, 'exit');
    }),
  );
  return performance.now() - began;
}

async function connectServers() {
  const began = performance.now();
  const options = Array.from({ length: SERVERS }, (_, at) => ({
    name: `s${at}`,
    place: place(at === 0 ? SLOWEST_MS : 0),
  }));
  const servers = await connectMcpServers(options, { required: true, concurrency: SERVERS });
  const ms = performance.now() - began;
  await servers.close();
  return ms;
}

const ratios = [];
for (let round = 0; round < 5; round++) {
  const startMs = await startProcesses();
  ratios.push((await connectServers()) / (SLOWEST_MS + startMs));
}
row('20 programs, compared with the slowest and the start of 20 processes', median(ratios), 1.3, '×');

console.log(markdown(['row', 'figure', 'bound'], rows));
