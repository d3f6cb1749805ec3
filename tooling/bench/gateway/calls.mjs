import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createCallLog, memoryCallStore } from '@majordomo/admin';
import { check } from '../src/measure/rounds.mjs';
import { seeded } from '../src/measure/statistics.mjs';
import { medianOf } from './keys.mjs';

const CALLS = 2000;
const BATCH = 2000;
const DAYS = 30;
const DAY_MS = 86_400_000;
const MODELS = ['smart', 'fast', 'cheap', 'long', 'embed'];
const TARGETS = ['openai/gpt-5.4', 'anthropic/claude-sonnet-5'];
const OUTCOMES = ['finished', 'finished', 'finished', 'finished', 'failed', 'refused'];

/** CPU time of the listeners of the call log per call. The writes happen later, in batches. */
export async function measureHandler() {
  const log = createCallLog({ store: memoryCallStore(), flushMs: 3_600_000 });
  const figure = await medianOf(async () => {
    const calls = Array.from({ length: CALLS }, (_, n) => eventsOf(`call-${n}`));
    const { user, system } = process.cpuUsage();
    for (const { events, record, request } of calls) {
      for (const event of events) log.onEvent(event);
      log.onRecord(record);
      log.onRequest(request);
    }
    const used = process.cpuUsage({ user, system });
    await log.flush();
    return (used.user + used.system) / CALLS;
  });
  await log.close();
  return [['listeners of the call log, per call', `${figure.toFixed(1)} µs`, '20 µs']];
}

/** Fills a call log, and reads pages and percentiles. `bound`: bound of a page. */
export async function measureLog(name, store, count, bound) {
  const log = createCallLog({ store });
  const began = performance.now();
  const start = Date.now() - DAYS * DAY_MS + 60_000;
  const random = seeded(1);
  for (let first = 0; first < count; first += BATCH) {
    const entries = Array.from({ length: Math.min(BATCH, count - first) }, (_, n) =>
      entryOf(first + n, start + ((first + n) / count) * (DAYS * DAY_MS - 120_000), random),
    );
    await store.append(entries);
  }
  console.error(`${name}: ${count} calls written in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  const ofCount = `of ${count.toLocaleString('en')} calls`;
  const middle = `${new Date(start + (DAYS / 2) * DAY_MS).toISOString()}_z`;
  const rows = [];
  for (const [what, query] of Object.entries({
    newest: {},
    'in the middle': { after: middle },
    'of a tenant': { tenant: 'tenant-7' },
    'of a tenant that were refused': { tenant: 'tenant-7', outcome: 'refused' },
  })) {
    const ms = await medianOf(async () => {
      const from = performance.now();
      check((await log.page({ ...query, limit: 50 })).calls.length, 50);
      return performance.now() - from;
    });
    rows.push([`${name}: page of 50 ${ofCount}, ${what}`, `${ms.toFixed(1)} ms`, bound]);
  }
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const percentiles = async (by, groups) => {
    const from = performance.now();
    check((await log.stats({ by })).length, groups);
    return performance.now() - from;
  };
  const measured = `percentiles by model over 30 days, ${ofCount}`;
  const first = await percentiles(['model'], MODELS.length);
  rows.push([`${name}: first ${measured}, when no hour is summed`, `${first.toFixed(0)} ms`, '']);
  const ms = await medianOf(() => percentiles(['model'], MODELS.length), 5);
  rows.push([`${name}: ${measured}`, `${ms.toFixed(0)} ms`, '500 ms']);
  const byKey = await medianOf(() => percentiles(['key'], 490), 3);
  rows.push([`${name}: percentiles by key of 490 keys, ${ofCount}`, `${byKey.toFixed(0)} ms`, '']);
  delay.disable();
  const block = (delay.max / 1e6).toFixed(0);
  rows.push([`${name}: longest block of the process meanwhile`, `${block} ms`, '50 ms']);
  return rows;
}

const usage = { input: 900, output: 120, cacheRead: 0, cacheWrite: undefined, reasoning: undefined };

function entryOf(n, at, random) {
  const ms = Math.round(Math.exp(5 + random() * 4));
  const [target] = TARGETS;
  const outcome = OUTCOMES[n % OUTCOMES.length];
  return {
    id: `call-${n}-${'0'.repeat(24)}`,
    requestId: `req-${n}`,
    clientRequestId: undefined,
    at: new Date(at).toISOString(),
    ms,
    firstMs: Math.round(ms / 3),
    operation: 'chat',
    wire: 'openai-chat',
    isStreamed: n % 2 === 0,
    model: MODELS[n % MODELS.length],
    spec: TARGETS.join(','),
    target,
    tenant: `tenant-${n % 49}`,
    key: `key_${n % 490}`,
    outcome,
    status: outcome === 'finished' ? 200 : 429,
    error: outcome === 'finished' ? undefined : { kind: 'rate-limit', code: undefined, message: 'too many' },
    attempts: [
      {
        target,
        outcome: 'finished',
        at: 0,
        ms,
        firstMs: undefined,
        kind: undefined,
        message: undefined,
        nanoUsd: '9000',
      },
    ],
    usage,
    nanoUsd: '9000',
    finish: 'stop',
    warnings: [],
    metadata: {},
  };
}

/** Events of a call that fails over to its second target, with its record and its request. */
function eventsOf(id) {
  const call = {
    id,
    spec: 'smart',
    operation: 'chat',
    tenant: 'team',
    metadata: { key: 'key_1', requestId: `req-${id}` },
  };
  const [head, tail] = TARGETS;
  const result = { target: tail, outcome: 'finished', error: undefined, usage, ms: 900 };
  const first = { target: head, outcome: 'failed', error: undefined, usage: undefined, ms: 20 };
  const response = { target: tail, finish: 'stop', warnings: [], parts: [], usage };
  const request = {
    requestId: `req-${id}`,
    clientRequestId: undefined,
    at: new Date().toISOString(),
    ms: 920,
    method: 'POST',
    route: '/v1/chat/completions',
    wire: 'openai-chat',
    isStreamed: false,
    status: 200,
    tenant: 'team',
    key: 'key_1',
    model: 'smart',
    calls: [id],
    error: undefined,
  };
  return {
    events: [
      { type: 'call-start', call, targets: TARGETS },
      { type: 'attempt-start', call, target: head, attempt: 1 },
      { type: 'attempt-end', call, attempt: 1, result: first },
      { type: 'attempt-start', call, target: tail, attempt: 1 },
      { type: 'committed', call, target: tail, msToFirst: 300 },
      { type: 'attempt-end', call, attempt: 1, result },
      { type: 'call-end', call, outcome: 'finished', response, error: undefined, attempts: [first, result] },
    ],
    record: { id: `${id}/${tail}/1`, call: id, target: tail, nanoUsd: '9000' },
    request,
  };
}
