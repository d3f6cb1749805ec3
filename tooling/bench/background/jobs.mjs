// Makes live calls and jobs over the server in its argument, and the same requests with the SDK. Sends CPU times, times and counts.
import { createBackground } from '@majordomo/background';
import { createMajordomo, user } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { memoryRecords } from '@majordomo/records';
import { sqliteStores } from '@majordomo/store-sqlite';
import OpenAI from 'openai';
import { join } from 'node:path';
import { inRounds, check } from '../src/measure/rounds.mjs';
import { median, medianExcess, seeded } from '../src/measure/statistics.mjs';

const { url, folder, rounds } = JSON.parse(process.argv[2]);
const CALLS = 50;
const WORDS = 1;
const PACED_WORDS = 200;
/** Words of an answer of 1 MB. */
const LONG_WORDS = 166_667;
const WORD = 6;
const LONG_READS = 3;
const REQUEST = { messages: [user('a question')], maxTokens: 100 };

const sdk = new OpenAI({ apiKey: 'sk-bench', baseURL: url, maxRetries: 0 });
const majordomo = createMajordomo({ providers: [createOpenAI({ apiKey: 'sk-bench', baseURL: url })] });

/** Returns records in memory that count the writes of values. */
function countingRecords() {
  const records = memoryRecords();
  const counts = { writes: 0 };
  const write = (space, changes) => {
    if (changes[0].type === 'put') counts.writes++;
    return records.write(space, changes);
  };
  return { counts, records: { ...records, write } };
}

const { counts, records } = countingRecords();
const background = createBackground({ majordomo, records });

async function lengthOf(stream) {
  let length = 0;
  for await (const { type, text, delta } of stream)
    if (type === 'text-delta') length += text.length;
    else if (type === 'response.output_text.delta') length += delta.length;
  return length;
}

const BODY = { model: `words-${WORDS}`, input: 'a question', max_output_tokens: 100, stream: true };

/** Sends the requests of a job with the SDK: start, stream and deletion. */
async function sdkJob() {
  let id;
  for await (const { response } of await sdk.responses.create({ ...BODY, background: true, store: true })) {
    ({ id } = response);
    break;
  }
  const length = await lengthOf(await sdk.responses.retrieve(id, { stream: true }));
  await sdk.responses.delete(id);
  return length;
}

const spec = `openai/words-${WORDS}`;
const CALLS_OF = {
  'live SDK': async () => lengthOf(await sdk.responses.create(BODY)),
  live: () => lengthOf(majordomo.model(spec).stream(REQUEST)),
  'job SDK': sdkJob,
  job: () => lengthOf(background.model(spec).stream(REQUEST)),
};

const measured = Object.entries(CALLS_OF).map(([subject, call]) => ({
  subject,
  per: CALLS,
  async run() {
    for (let n = 0; n < CALLS; n++) check(await call(), WORDS * WORD);
  },
}));
const cpu = await inRounds(measured, { rounds, warmUp: 3, random: seeded(1) });
const writes = counts.writes / (CALLS * (rounds + 3));

/** Returns the median time between the arrival of a word at the server's client and its delivery, in milliseconds. */
async function latencyOf(stream, isWordInProgress) {
  const sent = [];
  const arrived = [];
  for await (const { type, text } of stream) {
    if (type !== 'text-delta') continue;
    arrived.push(performance.timeOrigin + performance.now());
    sent.push(Number(text));
  }
  check(sent.length, PACED_WORDS);
  // A job delivers a word when the next one begins. The last word ends with the answer.
  const from = isWordInProgress ? sent.slice(1) : sent;
  return median(from.map((time, at) => arrived[at] - time));
}

const paced = `openai/paced-${PACED_WORDS}`;
const liveLatencyMs = await latencyOf(majordomo.model(paced).stream(REQUEST), false);
const jobLatencyMs = await latencyOf(background.model(paced).stream(REQUEST), true);

async function timed(work) {
  const began = performance.now();
  check(await work(), LONG_WORDS * WORD);
  return performance.now() - began;
}

/** Reads an answer of 1 MB from its vendor, and again from the store, as another process does. */
async function longAnswer() {
  await using stores = sqliteStores(join(folder, 'jobs.db'));
  const first = [];
  const again = [];
  for (let read = 0; read < LONG_READS; read++) {
    const key = `long-${read}`;
    const own = createBackground({ majordomo, records: stores.records });
    first.push(await timed(() => lengthOf(own.model(`openai/words-${LONG_WORDS}`).stream(REQUEST, { key }))));
    const job = await createBackground({ majordomo, records: stores.records }).open(key);
    again.push(await timed(() => lengthOf(job.stream({ after: '1.0' }))));
  }
  return { firstMs: median(first), againMs: median(again) };
}

const figures = {
  liveUs: medianExcess(cpu.live, cpu['live SDK']),
  jobUs: medianExcess(cpu.job, cpu['job SDK']),
  writes,
  liveLatencyMs,
  jobLatencyMs,
  ...(await longAnswer()),
};
process.send(figures, () => process.exit(0));
