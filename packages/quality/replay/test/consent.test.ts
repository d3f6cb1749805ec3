import { createMajordomo, type Gate, type Majordomo } from '@majordomo/core';
import { fakeProvider, type FakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { planReplay, replay, type ReplayDefinition } from '../src/index.ts';
import { testFolder } from './support/fixture.ts';
import { experimentOn, questionAt, recordedCall } from './support/recorded-calls.ts';

const USAGE = { input: 100, output: 10, cacheRead: 0, cacheWrite: 0, reasoning: undefined };
/** Targets that may receive the content of a tenant. Other tenants may use all. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = { acme: ['openai/gpt-5.4'] };

/** Gate that denies by the recorded tenant, and also decides before anything is sent. */
const residency: Gate = {
  name: 'residency',
  batches: true,
  admit: ({ call: { tenant = '' }, target }) =>
    ALLOWED[tenant]?.includes(target) === false ? { deny: 'its region is us' } : undefined,
};

function companyOf(gates: readonly Gate[]): {
  readonly provider: FakeProvider;
  readonly majordomo: Majordomo;
} {
  const turns = Array.from({ length: 200 }, () => ({ text: 'An answer.', usage: USAGE }));
  const provider = fakeProvider({
    id: 'openai',
    vendor: 'openai',
    models: { 'gpt-5.4': turns, 'gpt-5.4-mini': turns },
  });
  const majordomo = createMajordomo({
    providers: [provider],
    gates,
    // The region of a tenant decides which target a name means.
    resolvers: [
      (name, { call }) => {
        if (name !== 'next') return undefined;
        return call?.tenant === 'acme' ? 'openai/gpt-5.4' : 'openai/gpt-5.4-mini';
      },
    ],
  });
  return { provider, majordomo };
}

const calls = Array.from({ length: 60 }, (_, at) =>
  recordedCall(at, { tenant: at % 2 === 0 ? 'acme' : 'other' }),
);

const experiment = (majordomo: Majordomo, more: Partial<ReplayDefinition> = {}): ReplayDefinition =>
  experimentOn(majordomo, calls, { candidate: { spec: 'next' }, sample: 20, ...more });

it('sends no content of a tenant to a target that only the tenant of the experiment may use', async () => {
  const { provider, majordomo } = companyOf([residency]);
  const report = await replay(experiment(majordomo), { folder: testFolder() });
  expect(report.sample.excluded).toEqual({ 'a gate denies openai/gpt-5.4-mini': 30 });
  const sent = JSON.stringify(provider.requests.map(({ request }) => request.messages));
  for (let at = 0; at < 60; at += 2) expect(sent).not.toContain(questionAt(at));
  expect(provider.requests).toHaveLength(20);
});

it.each<readonly [what: string, gates: readonly Gate[], more: Partial<ReplayDefinition>, message: RegExp]>([
  [
    'a gate denies',
    [{ name: 'new', batches: true, admit: () => ({ deny: 'no longer' }) }],
    {},
    /`traffic` contains the call call-\d+, which must no longer be sent: a gate denies openai\/gpt-5\.4; remove/,
  ],
  [
    'the application withdrew its consent for',
    [],
    { consent: () => false },
    /`traffic` contains the call call-\d+, which must no longer be sent: the application has no consent; remove/,
  ],
])('sends no sampled call that %s after the plan', async (_what, gates, more, message) => {
  const folder = testFolder();
  const { provider, majordomo } = companyOf([]);
  await planReplay(experiment(majordomo), { folder });
  const later = experiment(majordomo.with({ gates }), more);
  await expect(replay(later, { folder })).rejects.toThrow(message);
  expect(provider.requests).toHaveLength(0);
});
