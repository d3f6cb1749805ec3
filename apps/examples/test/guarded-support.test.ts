import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createMajordomo } from '@majordomo/core';
import type { GuardEvent } from '@majordomo/guards';
import { fakeProvider } from '@majordomo/testing';
import { expect, it, onTestFinished } from 'vitest';
import { supportAgent } from '../src/guarded-support.ts';

/** Server with the HTTP API of Presidio's analyzer that finds one name. */
async function startAnalyzer(): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { text } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { text: string };
      const entities = [...text.matchAll(/Ada Lovelace/g)].flatMap(({ index }) => [
        { entity_type: 'PERSON', start: index, end: index + 12, score: 0.85 },
        { entity_type: 'LOCATION', start: index, end: index + 3, score: 0.2 },
      ]);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(entities));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('guarded-support', async () => {
  const call = (cents: number) => ({ toolCalls: [{ name: 'refund', args: { name: '[PERSON_1]', cents } }] });
  const vendor = fakeProvider({
    id: 'vendor',
    models: { chat: [call(50_000), call(5_000), 'I refunded 50 EUR to [PERSON_1].', 'Ask Acme Corp.'] },
  });
  const refunds: unknown[] = [];
  const events: GuardEvent[] = [];
  const agent = supportAgent(
    createMajordomo({ providers: [vendor] }).model('vendor/chat'),
    await startAnalyzer(),
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
