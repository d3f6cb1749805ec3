import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeys } from '@majordomo/admin';
import { createBatches } from '@majordomo/batch';
import { catalog } from '@majordomo/catalog';
import { createMajordomo, user } from '@majordomo/core';
import { evaluate } from '@majordomo/evals';
import { connectMcp, serveMcp } from '@majordomo/mcp';
import { createOpenAI } from '@majordomo/provider-openai';
import { memoryRecords } from '@majordomo/records';
import { sqliteStores } from '@majordomo/store-sqlite';
import { startChild } from '../measure/child.mjs';
import { check, fewAndMany, inRounds, list } from '../measure/rounds.mjs';
import { instant } from '../subjects/instant.mjs';

const BATCH_SERVER = join(import.meta.dirname, 'batch-server.mjs');
/** Largest number of each item; the smaller one is a tenth. */
const MOST = { prices: 20_000, servedTools: 1000, batchItems: 200, evaluatedCases: 1000, keys: 5000 };

/** Records of a full store, and operations of one run on it. */
const RECORDS = 1_000_000;
const OPERATIONS = 200;

/** Costs per item of packages that hold many items, with many items and with a tenth of them. */
export async function measureGrowth({ plan }) {
  const folder = await mkdtemp(join(tmpdir(), 'majordomo-bench-growth-'));
  const { child: server, message: url } = await startChild('the batch server', BATCH_SERVER);
  try {
    const works = worksIn(folder, url);
    const fewer = { ...plan, warmUp: 2 };
    const measures = {};
    for (const [name, most] of Object.entries(MOST))
      measures[name] = await inRounds(fewAndMany(works[name], most), fewer);
    measures.records = await inRounds(await recordJobs(folder), fewer);
    return measures;
  } finally {
    server.kill();
    await rm(folder, { recursive: true });
  }
}

/** Reads, writes and lists in a SQLite store of many records, and in one of a tenth of them. */
async function recordJobs(folder) {
  const sizes = { few: RECORDS / 10, many: RECORDS };
  const jobs = [];
  for (const [subject, count] of Object.entries(sizes)) {
    const { records } = sqliteStores(join(folder, `${subject}.db`));
    const value = JSON.stringify({ answer: 'x'.repeat(200) });
    for (let first = 0; first < count; first += 1000)
      await records.write(
        'bench',
        list(1000, (at) => ({
          type: 'put',
          key: keyAt(first + at),
          value,
          label: 'open',
          dueMs: 3_600_000 + first,
        })),
      );
    const run = async () => {
      for (let done = 0; done < OPERATIONS; done++) {
        const key = keyAt((done * 7919) % count);
        const record = await records.get('bench', key);
        check(record?.key, key);
        await records.write('bench', [{ type: 'put', key, value, label: 'open', dueMs: 3_600_000 }]);
        check((await records.list('bench', { order: 'due', limit: 10 })).length, 10);
        check((await records.list('bench', { label: 'open', after: record, limit: 10 })).length, 10);
      }
    };
    jobs.push({ subject, per: OPERATIONS, run });
  }
  return jobs;
}

const keyAt = (at) => String(at).padStart(9, '0');

function worksIn(folder, url) {
  let runs = 0;
  return {
    /** Finds the last of the application's prices. */
    async prices(count) {
      const prices = [
        { from: '2026-01-01', rates: { input: 1, output: 2 }, sources: ['bench'], trust: 'override' },
      ];
      const own = catalog.with(list(count, (at) => ({ vendor: 'acme', id: `m${at}`, prices })));
      const found = await own.find('acme', `m${count - 1}`);
      check(found?.model.id, `m${count - 1}`);
    },

    /** Connects to a server and lists its tools. */
    async servedTools(count) {
      const tools = list(count, (at) => ({
        name: `find_${at}`,
        description: 'Finds a file',
        parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
        run: ({ path }) => path,
      }));
      const served = serveMcp({ name: 'bench', version: '1.0.0', tools });
      const place = {
        url: 'http://127.0.0.1/mcp',
        fetch: (...request) => served.fetch(new Request(...request)),
      };
      const toolbox = await connectMcp({ name: 'bench', place });
      check(toolbox.tools.length, count);
      await toolbox.close();
      await served.close();
    },

    /** Submits a batch, sends it and reads its results. */
    async batchItems(count) {
      const majordomo = createMajordomo({ providers: [createOpenAI({ apiKey: 'sk-bench', baseURL: url })] });
      const batches = createBatches({ majordomo, folder });
      const items = list(count, (at) => ({
        id: `item-${at}`,
        request: { messages: [user(`Question ${at}`)], maxTokens: 100 },
      }));
      const job = await batches.submit({ key: `growth-${runs++}`, spec: 'openai/gpt-4.1', items });
      let state;
      do ({ state } = await job.poll());
      while (state !== 'done');
      let answered = 0;
      for await (const { response } of job.results()) if (response !== undefined) answered++;
      check(answered, count);
    },

    /** Evaluates cases with a model that answers at once. */
    async evaluatedCases(count) {
      const { totals } = await evaluate(
        {
          name: 'growth',
          majordomo: createMajordomo({ providers: [instant()] }),
          cases: list(count, (at) => ({ id: `c${at}`, input: `question ${at}` })),
          subject: (input, { model }) => model('p/m').generate({ messages: [user(input)] }),
          checks: { right: ({ text }) => text.startsWith('Rome') },
        },
        { folder, mode: 'live' },
      );
      check(totals.errors, 0);
    },

    /** Creates keys, and authorizes a request with each of them. */
    async keys(count) {
      const keys = createKeys({ records: memoryRecords() });
      for (let at = 0; at < count; at++) {
        const { secret } = await keys.create({ name: `key ${at}`, tenant: 'bench' });
        const request = new Request('http://127.0.0.1/v1/models', {
          headers: { authorization: `Bearer ${secret}` },
        });
        if ((await keys.authorize(request)) === undefined) throw new Error(`key ${at} was refused`);
      }
    },
  };
}
