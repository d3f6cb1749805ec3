import { createMajordomo } from '@majordomo/core';
import type { GuardEvent } from '@majordomo/guards';
import { fakeProvider } from '@majordomo/testing';
import { answers, testServer, type Answer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { supportAgent } from '../src/guarded-support.ts';

/** Responds like Presidio's analyzer that finds one name. */
const findsOneName: Answer = (response, { text }) => {
  const entities = [...(JSON.parse(text) as { text: string }).text.matchAll(/Ada Lovelace/g)].flatMap(
    ({ index }) => [
      { entity_type: 'PERSON', start: index, end: index + 12, score: 0.85 },
      { entity_type: 'LOCATION', start: index, end: index + 3, score: 0.2 },
    ],
  );
  answers(entities)(response);
};

it('guarded-support', async () => {
  await using analyzer = await testServer(findsOneName);
  const call = (cents: number) => ({ toolCalls: [{ name: 'refund', args: { name: '[PERSON_1]', cents } }] });
  const vendor = fakeProvider({
    id: 'vendor',
    models: { chat: [call(50_000), call(5_000), 'I refunded 50 EUR to [PERSON_1].', 'Ask Acme Corp.'] },
  });
  const refunds: unknown[] = [];
  const events: GuardEvent[] = [];
  const agent = supportAgent(
    createMajordomo({ providers: [vendor] }).model('vendor/chat'),
    analyzer.origin,
    async (...refund) => {
      refunds.push(refund);
      return 'done';
    },
    (event) => events.push(event),
  );
  const { text } = await agent.run('I am Ada Lovelace, ada@example.com. Refund 500 EUR, or 50.');
  expect(text).toBe('I refunded 50 EUR to Ada Lovelace.');
  expect(refunds).toEqual([['Ada Lovelace', 5_000]]);
  expect(JSON.stringify(vendor.requests.map(({ request }) => request.messages))).not.toMatch(/Lovelace|ada@/);
  await expect(agent.run('Who is better?')).rejects.toMatchObject({
    kind: 'content-filter',
    details: { code: 'competitors' },
  });
  expect(events.map(({ type, rule }) => `${type} ${rule}`)).toContain('refused small-refunds');
});
