import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createMajordomo } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { OpenAI } from 'openai';
import { measure } from '../measure/measures.mjs';
import { check } from './scenario.mjs';

const VALUES = 10_000;
const DIMENSIONS = 512;
/** What the vendor takes in one request, and how many go at a time. */
const MOST = 2048;
const WAYS = 4;
const MODEL = 'text-embedding-3-small';

/** @type {import('./scenario.mjs').Scenario} */
export const vectors = {
  name: 'vectors',
  title: `${VALUES} values to vectors of ${DIMENSIONS}, ${MOST} a request, ${WAYS} at a time`,
  sizes: { full: { rounds: 9, warmUp: 3 }, gate: { rounds: 7, warmUp: 2 } },
  async run(context) {
    const server = fork(new URL('../server/vectors.mjs', import.meta.url));
    try {
      const [port] = await once(server, 'message');
      const baseURL = `http://127.0.0.1:${port}/v1`;
      const values = Array.from({ length: VALUES }, (_, at) => `value ${at} of a list that is long`);
      const client = new OpenAI({ apiKey: 'key', baseURL, maxRetries: 0 });
      const providers = [createOpenAI({ apiKey: 'key', baseURL })];
      const model = createMajordomo({ env: {}, providers }).embeddingModel(`openai/${MODEL}`);
      const jobs = [
        job('sdk', () => bySdk(client, values)),
        job('majordomo', async () => (await model.embed({ values, dimensions: DIMENSIONS })).vectors),
      ];
      return await measure(context, { unit: 'ms CPU', jobs });
    } finally {
      server.disconnect();
    }
  },
  goals: [
    {
      row: `${VALUES} vectors`,
      wire: 'openai-embeddings',
      atMost: 1.2,
      unit: '× SDK',
      figure: (read) => read.ratio('embed', 'openai-embeddings', 'sdk'),
    },
  ],
};

const job = (subject, run) => ({
  ...{ metric: 'embed', wire: 'openai-embeddings', subject, title: 'the whole list', per: 1000 },
  async run() {
    const all = await run();
    check(all.length, VALUES);
    check(all[VALUES - 1]?.[((VALUES - 1) % MOST) % DIMENSIONS], 1);
  },
});

/** As its documentation shows, over as many ways as majordomo takes. */
async function bySdk(client, values) {
  const parts = Array.from({ length: Math.ceil(values.length / MOST) }, (_, at) =>
    values.slice(at * MOST, (at + 1) * MOST),
  );
  const made = [];
  const left = [...parts.keys()];
  const way = async () => {
    for (let at = left.shift(); at !== undefined; at = left.shift()) {
      const { data } = await client.embeddings.create({
        model: MODEL,
        input: parts[at],
        dimensions: DIMENSIONS,
      });
      made[at] = data.map(({ embedding }) => embedding);
    }
  };
  await Promise.all(Array.from({ length: WAYS }, way));
  return made.flat();
}
