import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from '@majordomo/cache';
import { catalog, costOfResponse } from '@majordomo/catalog';
import { createMajordomo, user, type ChatModel } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { sqliteStores } from '@majordomo/store-sqlite';
import { anthropicMessages, startWireServer } from '@majordomo/conformance';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'majordomo-cached-'));
const file = join(folder, 'books.db');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Opens the file as a separate process would. */
function openProcess(baseURL: string): {
  readonly model: ChatModel;
  readonly ledger: ReturnType<typeof createLedger>;
} {
  const stores = sqliteStores(file);
  const ledger = createLedger({ store: stores.ledger, catalog });
  const majordomo = createMajordomo({
    providers: [createAnthropic({ baseURL, apiKey: 'key' })],
    gates: [ledger.gate],
  });
  return {
    model: cached(majordomo.model('anthropic/claude-sonnet-5'), { records: stores.records, namespace: 'v1' }),
    ledger,
  };
}

it('a response is cached for other processes, streamed or not, and is booked once', async () => {
  await using server = await startWireServer({
    wire: anthropicMessages,
    script: [
      {
        reasoning: 'two and two',
        text: 'Four.',
        toolCalls: [{ name: 'note', args: { sum: 4 } }],
      },
    ],
  });
  const request = {
    messages: [user('What is 2 + 2?')],
    maxTokens: 100,
    tools: [
      {
        name: 'note',
        description: 'notes',
        parameters: { type: 'object', properties: { sum: { type: 'number' } } },
      },
    ],
  } as const;
  const first = openProcess(server.url);
  const writes: Promise<unknown>[] = [];
  const streamed = await first.model
    .stream(request, { waitUntil: (promise) => writes.push(promise) })
    .response();
  await Promise.all(writes);

  const second = openProcess(server.url);
  const cachedResponse = await second.model.generate(request);
  expect(server.requests).toHaveLength(1);
  // Reasoning signatures and call ids are those of the vendor.
  expect(cachedResponse.message).toEqual(streamed.message);
  expect(await costOfResponse(cachedResponse)).toMatchObject({ nanoUsd: 0n });

  await first.ledger.flush();
  await second.ledger.flush();
  expect(await second.ledger.report({ by: [] })).toMatchObject([{ calls: 1, attempts: 1 }]);
});
