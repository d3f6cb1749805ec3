import { setImmediate } from 'node:timers/promises';
import type { Catalog } from '@majordomo/catalog';
import { systemClock } from '@majordomo/core';
import { expect, it, vi } from 'vitest';
import { watchRetirements } from '../src/retirements.ts';

vi.mock('@majordomo/catalog', () => {
  throw new Error('not installed');
});

it('shows no notices and causes no unhandled rejection if @majordomo/catalog is not installed', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const onNotice = vi.fn();
  const { notices } = watchRetirements({} as Catalog, systemClock, onNotice);
  await expect(import('@majordomo/catalog')).rejects.toThrow('error when mocking a module');
  await setImmediate();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  expect([notices.size, onNotice.mock.calls]).toEqual([0, []]);
});
