import { catalog as shipped } from '@majordomo/catalog';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it, vi } from 'vitest';
import { connectPage, newReader } from './support/read-feed.ts';
import { createTestInspector } from './support/world.ts';

it('shows the date and the successor of a called target whose model retires', async () => {
  const models = { 'claude-old': [{ text: 'a' }], 'claude-opus-5-5': [{ text: 'b' }] };
  const majordomo = createMajordomo({
    providers: [fakeProvider({ id: 'claude', vendor: 'anthropic', models })],
  });
  // The inspector's clock starts in 1970.
  const catalog = shipped.with([
    { vendor: 'anthropic', id: 'claude-old', retires: '1970-01-31', successor: 'claude-new' },
  ]);
  const testInspector = createTestInspector({}, { majordomo, catalog });
  // The inspector imports the catalog when it is created, and the first look-up imports the models of a vendor.
  await vi.dynamicImportSettled();
  await catalog.find('anthropic', 'claude-old');
  await testInspector.call('claude/claude-opus-5-5');
  await testInspector.call('claude/claude-old');
  const reader = newReader();
  const feed = await connectPage(testInspector, reader);
  for (let reads = 0; reads < 3; reads++) await feed.read();
  expect(reader.health).toEqual([
    {
      target: 'claude/claude-old',
      state: 'healthy',
      failures: 0,
      benches: 0,
      restingKeys: 0,
      retires: '1970-01-31',
      successor: 'claude-new',
    },
  ]);
});
