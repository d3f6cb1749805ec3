import { medianExcess, medianRatio, quantile } from './measure/statistics.mjs';
import { measureAgent } from './suites/agent.mjs';
import { measureGateway } from './suites/gateway.mjs';
import { measureGrowth } from './suites/growth.mjs';
import { measureHistory } from './suites/history.mjs';
import { measureMemory } from './suites/memory.mjs';
import { measurePeers } from './suites/peers.mjs';
import { measureProcess } from './suites/process.mjs';
import { measureStart } from './suites/start.mjs';
import { measureWire } from './suites/wire.mjs';
import { MAIN_WIRES, WIRES } from './wires/index.mjs';

const ALL = WIRES.map(({ name }) => name);
const [OPENAI, ANTHROPIC] = MAIN_WIRES;
const GEMINI = 'gemini-generate';

/**
 * Rows of the benchmark, each measured per wire in a separate process. `isExtra`: only measured if the run names the suite.
 *
 * @type {Record<string, { measure: (context: object) => Promise<object>, wires: readonly string[], isExtra?: boolean }>}
 */
export const SUITES = {
  wire: { measure: measureWire, wires: ALL },
  memory: { measure: measureMemory, wires: MAIN_WIRES },
  agent: { measure: measureAgent, wires: [...MAIN_WIRES, GEMINI] },
  history: { measure: measureHistory, wires: [...MAIN_WIRES, GEMINI] },
  process: { measure: measureProcess, wires: [OPENAI] },
  growth: { measure: measureGrowth, wires: [OPENAI] },
  gateway: { measure: measureGateway, wires: [OPENAI] },
  start: { measure: measureStart, wires: MAIN_WIRES },
  peers: { measure: measurePeers, wires: MAIN_WIRES, isExtra: true },
};

const ratio =
  (metric, base = 'sdk', subject = 'majordomo') =>
  (measures) =>
    medianRatio(measures[metric]?.[subject], measures[metric]?.[base]);

const excess =
  (metric, base = 'sdk', subject = 'majordomo') =>
  (measures) =>
    medianExcess(measures[metric]?.[subject], measures[metric]?.[base]);

const rowOf = (suite, row, wires, atMost, unit, figure) => ({ suite, row, wires, atMost, unit, figure });
const wire = (...about) => rowOf('wire', ...about);
const agent = (row, ...about) => rowOf('agent', row, [...MAIN_WIRES, GEMINI], ...about);
const history = (row, ...about) => rowOf('history', row, [...MAIN_WIRES, GEMINI], ...about);
const inProcess = (row, ...about) => rowOf('process', row, [OPENAI], ...about);
const gateway = (row, ...about) => rowOf('gateway', row, [OPENAI], ...about);
/** Costs of a gateway with 64 requests at a time, beside a minimal server that makes the same call or pipes the same stream. */
const busyGateway = (row, atMost, subject, what) =>
  what === 'answer'
    ? gateway(
        `64 at a time: ${row}`,
        atMost,
        '× node:http with the same call',
        ratio('busyAnswer', 'node:http', subject),
      )
    : gateway(`64 at a time: ${row}`, atMost, '× node:http pipe', ratio('busyChunk', 'pipe', subject));
/**
 * Ratio of the cost per item for many items and for a tenth of them: 10 if the cost is quadratic. If it is linear, the ratio is
 * between 1 and 1.7, because more items need more of the caches and of the garbage collection.
 */
const linear = (row, metric, suite = 'process') =>
  rowOf(suite, row, [OPENAI], 2, '× a tenth of them, each', ratio(metric, 'few', 'many'));

const p99 = (values) => quantile(values, 0.99);
const agentGrowth = ({ step, shortStep }) => {
  const growth = (subject) => step[subject].map((cost, round) => cost / shortStep[subject][round]);
  return medianRatio(growth('majordomo'), growth('sdk'));
};

/**
 * @typedef {object} Row
 * @property {string} row
 * @property {keyof typeof SUITES} suite
 * @property {readonly string[]} wires measured wires; the figure is from the worst wire
 * @property {number} [atMost] bound; a row without a bound is reported, but not judged
 * @property {string} unit
 * @property {(measures: object) => number} figure NaN when a subject is not installed
 *
 * @type {readonly Row[]}
 */
export const ROWS = [
  wire('call', [OPENAI], 1.5, '× SDK', ratio('call')),
  wire('call', [ANTHROPIC], 1.4, '× SDK', ratio('call')),
  wire('call', ALL, 600, 'µs CPU above SDK', excess('call')),
  wire('call, 64 at a time', [OPENAI], 1.5, '× SDK', ratio('busy')),
  wire('call, 64 at a time', [ANTHROPIC], 1.5, '× SDK', ratio('busy')),
  wire('call, @majordomo/undici', [OPENAI], 1.2, '× SDK', ratio('call', 'sdk', 'undici')),
  wire('call, @majordomo/undici', [ANTHROPIC], 1.2, '× SDK', ratio('call', 'sdk', 'undici')),
  wire('call, 64 at a time, @majordomo/undici', MAIN_WIRES, 1, '× SDK', ratio('busy', 'sdk', 'undici')),
  wire('streamed delta', [OPENAI, 'openai-responses', 'groq', 'cerebras'], 0.8, '× SDK', ratio('delta')),
  wire('streamed delta', ['gemini-generate'], 0.8, '× SDK', ratio('delta')),
  wire('streamed delta', [ANTHROPIC], 1.1, '× SDK', ratio('delta')),
  wire('streamed delta, @majordomo/undici', [ANTHROPIC], 0.8, '× SDK', ratio('delta', 'sdk', 'undici')),
  wire('streamed delta', ['bedrock-converse'], 1.3, '× SDK', ratio('delta')),
  wire('streamed delta', ['ollama-chat'], 1, '× SDK', ratio('delta')),
  wire('first delta', ALL, 0.5, 'ms above SDK', excess('first')),
  wire('abort before headers to closed socket, p99', ALL, 50, 'ms', ({ abort }) => p99(abort.headers)),
  wire('abort in the body to closed socket, p99', ALL, 50, 'ms', ({ abort }) => p99(abort.body)),
  rowOf('memory', 'memory of 1,000 open streams', MAIN_WIRES, 1.2, '× SDK', ratio('memory')),
  agent('agent, a step of 400', 2.1, '× SDK', ratio('step')),
  agent('loop over generate, a step of 400', 1.7, '× SDK', ratio('step', 'sdk', 'loop')),
  agent('agent, growth from 40 to 400 steps', 1.2, "× SDK's", agentGrowth),
  history('call with 401 messages, new objects', 2.4, '× SDK', ratio('fresh')),
  history('call with 401 messages, reused objects', 2.4, '× SDK', ratio('reused')),
  history('call with 50 results of 2,000 characters, new objects', 2, '× SDK', ratio('freshResults')),
  history('call with 50 results of 2,000 characters, reused objects', 2, '× SDK', ratio('reusedResults')),
  linear('an alias of 10,000', 'aliases'),
  linear('a provider of 1,000', 'providers'),
  linear('a tool of 2,000', 'tools'),
  linear('a tenant of 1,000', 'tenants'),
  linear('a message of 400', 'messages'),
  // The garbage collector copies or marks the objects of all open streams.
  inProcess('an open stream of 2,000', 3, '× a tenth of them, each', ratio('streams', 'few', 'many')),
  linear('a price of 20,000', 'prices', 'growth'),
  linear('a tool of 1,000 of an MCP server', 'servedTools', 'growth'),
  linear('an item of a batch of 200', 'batchItems', 'growth'),
  linear('an evaluated case of 1,000', 'evaluatedCases', 'growth'),
  linear('a key of 5,000', 'keys', 'growth'),
  rowOf(
    'growth',
    'read, write and two lists in a store of 1,000,000 records',
    [OPENAI],
    1.2,
    '× with 100,000',
    ratio('records', 'few', 'many'),
  ),
  inProcess('ledger gate', 15, 'µs CPU added to a call', excess('added', 'nothing', 'ledger')),
  inProcess('router', 15, 'µs CPU added to a call', excess('added', 'nothing', 'router')),
  gateway(
    'complete answer through the gateway',
    1.4,
    '× node:http with the same call',
    ratio('answer', 'node:http'),
  ),
  gateway('complete answer through the gateway', 0.9, '× Portkey', ratio('answer', 'portkey')),
  gateway('streamed chunk through the gateway', 2.6, '× node:http pipe', ratio('chunk', 'pipe')),
  busyGateway('complete answer', undefined, 'majordomo', 'answer'),
  busyGateway('complete answer, keys, ledger and call log in SQLite', undefined, 'SQLite', 'answer'),
  busyGateway('complete answer, keys, ledger and call log in PostgreSQL', undefined, 'PostgreSQL', 'answer'),
  busyGateway('streamed chunk', undefined, 'majordomo', 'chunk'),
  busyGateway('streamed chunk, keys, ledger and call log in SQLite', undefined, 'SQLite', 'chunk'),
  busyGateway('streamed chunk, keys, ledger and call log in PostgreSQL', undefined, 'PostgreSQL', 'chunk'),
  rowOf('start', 'import of core, best of nine', [OPENAI], 15, 'ms CPU', ({ import: imports }) =>
    Math.min(...imports.majordomo),
  ),
  rowOf('start', 'cold start', MAIN_WIRES, 1.2, '× SDK', ratio('start')),
];
