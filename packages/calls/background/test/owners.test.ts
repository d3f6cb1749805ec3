import { user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { Background, ChatJob } from '../src/index.ts';
import { world, type World } from './world.ts';

// Two processes with one store. A job of the tenant `ann` is opened by each tenant in each process.

const request = { messages: [user('hi')] };
const NOT_FOUND = { kind: 'not-found' };

/** Text of the answer of a job, as a result and as events. */
async function textOf(job: ChatJob): Promise<string> {
  let text = '';
  for await (const event of job.stream()) if (event.type === 'text-delta') text += event.text;
  return text;
}

const VERBS: readonly (readonly [
  verb: string,
  run: (background: Background, tenant?: string) => Promise<unknown>,
])[] = [
  ['status', async (all, tenant) => (await all.open('k', { tenant })).status()],
  ['result', async (all, tenant) => (await all.open('k', { tenant })).result()],
  ['stream', async (all, tenant) => textOf(await all.open('k', { tenant }))],
  ['cancel', async (all, tenant) => (await all.open('k', { tenant })).cancel()],
  ['remove', async (all, tenant) => (await all.open('k', { tenant })).remove()],
  ['openVideo', async (all, tenant) => all.openVideo('k', { tenant })],
];
const rows = VERBS.flatMap(([verb, run]) =>
  ['bob', undefined].flatMap((tenant) => [0, 1].map((at) => ({ verb, run, tenant, at }))),
);

async function started(): Promise<World & { readonly processes: readonly Background[] }> {
  const all = world({ a: ['answer for ann', 'another answer'] });
  const processes = [all.process(), all.process()];
  await processes[0]!.model('a/m').generate(request, { key: 'k', tenant: 'ann' });
  return { ...all, processes };
}

describe('a job of a tenant', () => {
  it.each(rows)(
    'does not exist for $verb of the tenant $tenant in process $at',
    async ({ run, tenant, at }) => {
      const { processes } = await started();
      await expect(run(processes[at]!, tenant)).rejects.toMatchObject(NOT_FOUND);
      const job = await processes[1 - at]!.open('k', { tenant: 'ann' });
      expect(await job.status()).toMatchObject({ state: 'completed' });
      expect(await textOf(job)).toBe('answer for ann');
    },
  );

  it.each(rows.filter(({ verb, tenant }) => verb !== 'openVideo' && tenant === 'bob'))(
    'accepts $verb of its tenant in process $at',
    async ({ run, at }) => {
      const { processes } = await started();
      await run(processes[at]!, 'ann');
    },
  );

  it.each(['bob', undefined].flatMap((tenant) => [0, 1].map((at) => [tenant, at] as const)))(
    'is not the job of a call of the tenant %s with its key in process %s',
    async (tenant, at) => {
      const { processes } = await started();
      const { text } = await processes[at]!.model('a/m').generate(request, { key: 'k', tenant });
      expect(text).toBe('another answer');
      expect(await textOf(await processes[at]!.open('k', { tenant: 'ann' }))).toBe('answer for ann');
    },
  );
});
