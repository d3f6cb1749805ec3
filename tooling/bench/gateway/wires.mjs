import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { clearInterval, setInterval } from 'node:timers';
import { startGateway } from '../src/gateways/start.mjs';
import { check, inRounds, resultOf } from '../src/measure/rounds.mjs';
import { median, medianRatio, quantile, seeded } from '../src/measure/statistics.mjs';
import { text } from '../src/server/scripts.mjs';
import { startServer } from '../src/server/start.mjs';
import { anthropicMessages } from '../src/wires/anthropic-messages.mjs';
import { geminiGenerate } from '../src/wires/gemini-generate.mjs';
import { openaiChat } from '../src/wires/openai-chat.mjs';
import { PROMPT } from '../src/wires/wire.mjs';

const { model } = openaiChat;
const headers = { 'content-type': 'application/json', authorization: 'Bearer any' };

/** Streamed requests by wire. The target behind the gateway is one of Chat Completions. */
const CLIENTS = {
  gemini: {
    dialect: geminiGenerate,
    path: `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    body: geminiGenerate.body({ history: [geminiGenerate.user(PROMPT)], streamed: true }),
  },
  messages: {
    dialect: anthropicMessages,
    path: '/v1/messages',
    body: {
      ...anthropicMessages.body({ history: [anthropicMessages.user(PROMPT)], streamed: true }),
      model,
    },
  },
};
const BOUND = '1.1 ×';

/** Streams of one delta, for the CPU time to the first byte. */
const FIRST = { script: 'text-1', deltas: 1, streams: 400, parallel: 8, per: 400 };
/** Long streams, for the CPU time of a chunk. */
const CHUNKS = { script: 'timed-100', deltas: 100, streams: 12, parallel: 12, per: 1200 };
const PLAN = { rounds: 9, warmUp: 5, random: seeded(21) };

/** Concurrent streams in a new process, for memory and time. */
const STREAMS = 1000;
const DELTAS = 20;
const PROCESSES = 3;

/** CPU time, memory and time to the first byte of streams of Gemini's wire, relative to those of the Messages wire. */
export async function measureWires() {
  const { place, stop } = await startServer();
  const first = await cpuRatio(place, FIRST);
  const chunk = await cpuRatio(place, CHUNKS);
  const { firstByte, memory } = await concurrentRatios(place(`slow-${DELTAS}`));
  stop();
  const row = (what, ratio) => [`${what}, Gemini’s wire × Messages`, `${ratio.toFixed(2)} ×`, BOUND];
  return [
    row('CPU time of a stream of one delta', first),
    row('CPU time of a streamed chunk', chunk),
    row('99th percentile of the first byte of 1,000 concurrent streams', firstByte),
    row('memory of 1,000 concurrent streams', memory),
  ];
}

/** Returns the median ratio of the CPU times of two processes. */
async function cpuRatio(place, load) {
  const gateways = [];
  const jobs = [];
  for (const [subject, client] of Object.entries(CLIENTS)) {
    const gateway = await startGateway('majordomo', openaiChat.name, place(load.script));
    const agent = new Agent({ keepAlive: true });
    const run = () => gateway.cpuOf(() => streams(client, gateway.url, agent, load));
    gateways.push(gateway);
    jobs.push({ subject, per: load.per, run });
  }
  const values = await inRounds(jobs, PLAN, resultOf);
  for (const gateway of gateways) gateway.stop();
  return medianRatio(values.gemini, values.messages);
}

async function streams(client, url, agent, { streams: total, parallel, deltas }) {
  let left = total;
  const worker = async () => {
    while (left-- > 0) await firstByteOf(client, url, agent, deltas);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

/** Returns the ratios of the medians over several processes, which start alternately. */
async function concurrentRatios(origin) {
  const found = { gemini: [], messages: [] };
  for (let round = 0; round < PROCESSES; round++)
    for (const [subject, client] of Object.entries(CLIENTS))
      found[subject].push(await concurrent(client, origin));
  const ratio = (name) => {
    const of = (values) => median(values.map((value) => value[name]));
    return of(found.gemini) / of(found.messages);
  };
  return { firstByte: ratio('firstByte'), memory: ratio('memory') };
}

async function concurrent(client, origin) {
  const gateway = await startGateway('majordomo', openaiChat.name, origin);
  const agent = new Agent({ keepAlive: true });
  await firstByteOf(client, gateway.url, agent, DELTAS);
  const before = residentBytes(gateway.pid);
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, residentBytes(gateway.pid))), 20);
  const all = Array.from({ length: STREAMS }, () => firstByteOf(client, gateway.url, agent, DELTAS));
  const times = await Promise.all(all);
  clearInterval(watch);
  gateway.stop();
  agent.destroy();
  return { firstByte: quantile(times, 0.99), memory: most - before };
}

/** Reads a complete stream. Returns the time to the first byte of its body, in milliseconds. */
function firstByteOf({ dialect, path, body }, url, agent, deltas) {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const onResponse = (response) => {
      let first;
      let events = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        first ??= performance.now() - began;
        events += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        try {
          check(response.statusCode, 200);
          check(textOf(events, dialect), text(deltas));
          resolve(first);
        } catch (error) {
          reject(error);
        }
      });
    };
    request(url + path, { method: 'POST', agent, headers }, onResponse)
      .on('error', reject)
      .end(JSON.stringify(body));
  });
}

const textOf = (events, dialect) =>
  [...events.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => dialect.text(JSON.parse(json)) ?? '').join('');

/** Returns the resident memory of a process. Linux only. */
const residentBytes = (pid) =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
