import { describe, expect, it } from 'vitest';
import { createLedger, memoryStore, type Alert, type LedgerStore } from '../src/index.ts';
import { ledgerFixture, reply } from './support/fixture.ts';

describe('an entry', () => {
  it.each([
    [{ vendor: '', usd: '1' }, 'vendor'],
    [{ vendor: 5, usd: '1' }, 'vendor'],
    [{ vendor: 'mail', usd: '1', id: '' }, 'id'],
    [{ vendor: 'mail', usd: 1 }, 'usd'],
    [{ vendor: 'mail', usd: '9223372036.854775808' }, 'usd'],
  ])('%j is rejected with the name of the field', async (entry, path) => {
    await expect(createLedger().book(entry as never)).rejects.toMatchObject({
      kind: 'config',
      details: { path },
    });
  });

  it('above the maximum names the maximum', async () => {
    await expect(createLedger().book({ vendor: 'mail', usd: '9999999999' })).rejects.toThrow(
      'at most 9223372036.854775807',
    );
  });
});

it.each(['storeTimeoutMs', 'heldTimeoutMs'])('rejects an infinite %s by name', (path) => {
  expect(() => createLedger({ [path]: Infinity })).toThrow(path);
});

it('alerts again that the store is down after it has answered', async () => {
  const memory = memoryStore();
  let isDown = true;
  const store: LedgerStore = {
    ...memory,
    reserve: (...claims) => {
      if (isDown) throw new Error('no disk');
      return memory.reserve(...claims);
    },
  };
  const alerts: Alert[] = [];
  const limits = [{ name: 'all', max: { requests: 9 }, per: 'ever' }] as const;
  const { ask } = ledgerFixture([reply(1, 1)], { store, limits, onAlert: (alert) => alerts.push(alert) });
  await expect(ask()).rejects.toThrow('no disk');
  await expect(ask()).rejects.toThrow('no disk');
  isDown = false;
  await ask();
  isDown = true;
  await expect(ask()).rejects.toThrow('no disk');
  expect(alerts.filter(({ type }) => type === 'store-down')).toHaveLength(2);
});
