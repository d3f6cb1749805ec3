import { memoryRecords } from '@majordomo/records';
import { fakeClock, seededRandom } from '@majordomo/testing';
import { expect, it } from 'vitest';
import type { CatalogModel } from '../src/contract.ts';
import { priceAt } from '../src/price-at.ts';
import { refreshed } from '../src/refresh.ts';
import { baseOf, documentOf, modelOf, priceOf, settableSource } from './support/sources.ts';

const START = Date.parse('2026-08-01');
const DAY_MS = 86_400_000;
const SEEDS = process.env['SOAK'] === '1' ? 300 : 3;

const dayOf = (day: number): string => new Date(START + day * DAY_MS).toISOString().slice(0, 10);

/** Returns the rate on each day before `date`, by model and day. */
function ratesBefore(models: readonly CatalogModel[], date: string): readonly [string, number | undefined][] {
  const days = Array.from({ length: 60 }, (_, day) => dayOf(day)).filter((day) => day < date);
  return models.flatMap((model) =>
    days.map((day): [string, number | undefined] => [
      `${model.id} on ${day}`,
      priceAt(model, new Date(day))?.rates.input,
    ]),
  );
}

it.each(Array.from({ length: SEEDS }, (_, seed) => [seed + 1]))(
  'random documents remove no model and change no price of the past, also after a restart, seed %d',
  async (seed) => {
    const random = seededRandom(seed);
    const clock = fakeClock(START);
    const base = baseOf(...['a', 'b', 'c'].map((id) => modelOf(id, priceOf(2, 8))));
    const source = settableSource(undefined);
    const records = memoryRecords();
    const start = async () => refreshed({ from: source, base, records, clock, everyMs: 0 });
    const usd = (): number => Math.round(10 ** (random() * 2.4 - 0.9) * 1e6) / 1e6;
    let catalog = await start();
    for (let step = 0; step < 12; step++) {
      await clock.advance(DAY_MS * (1 + Math.floor(random() * 3)));
      const today = Math.round((clock.now() - START) / DAY_MS);
      const date = dayOf(today - Math.floor(random() * 3));
      const later = priceOf(usd(), 8, { from: dayOf(today + 3) });
      const listed = ['a', 'b', 'c', 'd', 'e'].filter(() => random() < 0.8);
      source.data = documentOf(
        date,
        ...listed.map((id) => modelOf(id, priceOf(usd(), 8), ...(random() < 0.2 ? [later] : []))),
      );
      const before = await catalog.models('openai');
      await catalog.refresh();
      const after = await catalog.models('openai');
      expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
      expect(ratesBefore(after, date)).toEqual(expect.arrayContaining([...ratesBefore(before, date)]));
      if (random() < 0.3) {
        catalog = await start();
        expect(await catalog.models('openai')).toEqual(after);
      }
    }
  },
);
