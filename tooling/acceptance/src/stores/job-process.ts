/**
 * Program of a process that makes calls as jobs. With `isAgent`, it runs an agent. Otherwise it starts the job `k`, prints `text` at the
 * first text, and ends with its input. At the point, it prints `at <point>` and stops.
 */
import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { createAgent } from '@majordomo/agent';
import type { RecordStore } from '@majordomo/records';
import { openStores } from './job-engines.ts';
import { look } from './job-agent.ts';
import { openJobs, REQUEST, SPEC, type JobProcess } from './job-world.ts';

const facts = JSON.parse(process.argv[2] ?? '') as JobProcess;
const { place, spec = SPEC, point, isAgent = false } = facts;

async function stopAt(reached: string): Promise<void> {
  if (reached !== point) return;
  // A process that is killed would not store what it has compiled for the next one.
  flushCompileCache();
  console.log(`at ${reached}`);
  await new Promise(() => setInterval(() => undefined, 1000));
}

interface SavedRecord {
  readonly state: string;
  readonly legs: readonly { readonly job?: { readonly ref?: string; readonly left: readonly string[] } }[];
}

/** Returns the name of a save. `number`: number of the save, from 1. */
function nameOf(value: string, number: number): string {
  const { state, legs } = (JSON.parse(value) as { readonly data: SavedRecord }).data;
  const job = legs.at(-1)?.job;
  if (state === 'completed') return job?.left.length === 0 ? 'the deletion' : 'the end';
  if (job === undefined) return `save ${number}`;
  return job.ref === undefined ? 'the start' : 'the reference';
}

/** Returns a store that stops the process before or after it saves the job. */
function stopping(store: RecordStore): RecordStore {
  let saves = 0;
  return {
    ...store,
    async write(space, changes) {
      const [change] = changes;
      if (change?.type !== 'put') return store.write(space, changes);
      const name = nameOf(change.value, ++saves);
      await stopAt(`before ${name}`);
      const versions = await store.write(space, changes);
      await stopAt(`after ${name}`);
      return versions;
    },
  };
}

const stores = openStores(place);
const { background, ledger } = openJobs(facts, { ...stores, records: stopping(stores.records) });
const model = background.model(spec);
if (isAgent) {
  await createAgent({ model, tools: [look] }).run('hi', { runId: 'r' });
} else {
  const job = await model.start(REQUEST, { key: 'k' });
  for await (const { type } of job.stream())
    if (type === 'text-delta') {
      console.log('text');
      break;
    }
  await job.result();
  process.stdin.resume();
  await once(process.stdin, 'end');
}
await ledger.flush();
await stores[Symbol.asyncDispose]();
