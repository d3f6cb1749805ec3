/**
 * Program of a process that makes calls as jobs. With `calls`, it makes parallel calls with one key, and prints their answers.
 * Otherwise it starts the job `k`, and prints `text` at the first text, the answer, and `refused` when the store refuses a change for the
 * first time: the renewal of the lease or the answer. It ends with its input, or prints `at <point>` and stops.
 */
import { once } from 'node:events';
import type { JobStore } from '@majordomo/background';
import { user } from '@majordomo/core';
import { openStores } from './job-engines.ts';
import { openJobs, REQUEST, type JobProcess } from './job-world.ts';

const { place, url, point, calls = 0 } = JSON.parse(process.argv[2] ?? '') as JobProcess;

async function stopAt(reached: string): Promise<void> {
  if (reached !== point) return;
  console.log(`at ${reached}`);
  await new Promise(() => setInterval(() => undefined, 1000));
}

/** Returns a store that stops the process before or after it saves the job. */
function stopping(store: JobStore): JobStore {
  let saves = 0;
  let hasRefused = false;
  const note = (version: number | undefined): number | undefined => {
    if (version === undefined && !hasRefused && calls === 0) console.log('refused');
    hasRefused ||= version === undefined;
    return version;
  };
  return {
    ...store,
    postpone: async (key, version, dueMs) => note(await store.postpone(key, version, dueMs)),
    async save(key, record, version, times) {
      const number = ++saves;
      const isEnd = record.includes('"state":"completed"');
      const name = isEnd ? 'the end' : `save ${number}`;
      await stopAt(`before ${name}`);
      const saved = note(await store.save(key, record, version, times));
      await stopAt(`after ${name}`);
      return saved;
    },
  };
}

const stores = openStores(place);
const { background, ledger } = openJobs(url, { ...stores, jobs: stopping(stores.jobs) });
const model = background.model('openai/gpt-4.1-mini');
if (calls > 0) {
  console.log('ready');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  process.stdin.destroy();
  const tenants = [...Array.from({ length: calls }, () => undefined), 'other'];
  const answers = tenants.map((tenant) =>
    model.generate({ messages: [user(`hi ${tenant ?? 'all'}`)] }, { key: 'k', tenant }),
  );
  console.log(JSON.stringify((await Promise.all(answers)).map(({ text }) => text)));
} else {
  const job = await model.start(REQUEST, { key: 'k' });
  const reading = job.stream();
  for await (const { type } of reading) {
    if (type === 'text-delta') {
      console.log('text');
      break;
    }
  }
  console.log((await job.result()).text);
  process.stdin.resume();
  await once(process.stdin, 'end');
}
await ledger.flush();
await stores[Symbol.asyncDispose]();
