import { layoutOf, memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it, vi } from 'vitest';
import type { CatalogModel } from '../src/contract.ts';
import { priceAt } from '../src/price-at.ts';
import {
  catalogDocument,
  diffCatalogs,
  refreshed,
  type CatalogEvent,
  type CatalogSource,
  type RefreshedCatalog,
  type RefreshOptions,
} from '../src/refresh.ts';
import type { StoredCatalog } from '../src/refresh/contract.ts';
import { baseOf, documentOf, messageOf, modelOf, priceOf, settableSource } from './support/sources.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const DAY_MS = 86_400_000;
const KNOWN = modelOf('known', priceOf(2, 8));

async function refreshFrom(from: CatalogSource, options: Partial<RefreshOptions> = {}) {
  const events: CatalogEvent[] = [];
  const clock = fakeClock(NOW);
  const catalog = await refreshed({
    from,
    base: baseOf(KNOWN, modelOf('old', priceOf(1, 1))),
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { catalog, clock, events };
}

async function rateAt(catalog: RefreshedCatalog, id: string, day: string): Promise<number | undefined> {
  const found = await catalog.find('openai', id);
  return found && priceAt(found.model, new Date(day))?.rates.input;
}

const documentWith = (...models: readonly CatalogModel[]) => documentOf('2026-11-10', ...models);

const LAYOUT = layoutOf<StoredCatalog>('the catalog', 1);

/** Creates a store in memory that records its writes. */
function recordingStore(stored?: StoredCatalog) {
  const writes: StoredCatalog[] = [];
  const memory = memoryRecords();
  const put = (value: StoredCatalog) =>
    memory.write('catalogs', [{ type: 'put', key: 'newest', value: LAYOUT.write(value) }]);
  const write: RecordStore['write'] = (space, changes) => {
    for (const change of changes)
      if (change.type === 'put') writes.push(LAYOUT.read(change.key, change.value));
    return memory.write(space, changes);
  };
  if (stored !== undefined) void put(stored);
  return { ...memory, write, writes };
}

describe('prices', () => {
  it('apply from the date of the document on, and earlier dates retain their price', async () => {
    const { catalog } = await refreshFrom(settableSource(documentWith(modelOf('known', priceOf(3, 9)))));
    expect(catalog.date).toBe('2026-11-10');
    expect(await rateAt(catalog, 'known', '2026-11-09')).toBe(2_000_000);
    expect(await rateAt(catalog, 'known', '2026-11-10')).toBe(3_000_000);
    expect((await catalog.find('openai', 'known'))?.model.prices).toHaveLength(2);
  });

  it('retain trust and sources of the document', async () => {
    const { catalog } = await refreshFrom(settableSource(documentWith(modelOf('new', priceOf(3, 9)))));
    expect((await catalog.find('openai', 'new'))?.model.prices[0]).toMatchObject({
      trust: 'agreed',
      sources: ['test'],
    });
  });

  it('apply the changed factor of a region from the date of the document on, and report it', async () => {
    const source = settableSource(documentWith(modelOf('known', priceOf(2, 8, { regions: { eu: 1.2 } }))));
    const base = baseOf(modelOf('known', priceOf(2, 8, { regions: { eu: 1.1 } })));
    const { catalog, events } = await refreshFrom(source, { base });
    const { model } = (await catalog.find('openai', 'known')) ?? {};
    const factorAt = (day: string) => model && priceAt(model, new Date(day))?.regions?.['eu'];
    expect([factorAt('2026-11-09'), factorAt('2026-11-10')]).toEqual([1.1, 1.2]);
    expect(events).toMatchObject([{ changes: [{ type: 'changed', rates: ['region eu: 1.1 → 1.2'] }] }]);
  });

  it('retain the fees and regions and lose the tiers that the source does not state', async () => {
    const known = modelOf(
      'known',
      priceOf(2, 8, {
        fees: { web_search: 10_000 },
        regions: { eu: 1.1 },
        tiers: { batch: { input: 1, output: 2 } },
      }),
    );
    const { catalog } = await refreshFrom(settableSource(documentWith(modelOf('known', priceOf(3, 9)))), {
      base: baseOf(known),
    });
    const price = (await catalog.find('openai', 'known'))?.model.prices.at(-1);
    expect([price?.fees, price?.regions, price?.tiers]).toEqual([
      { web_search: 10_000 },
      { eu: 1.1 },
      undefined,
    ]);
  });

  it.each([
    [10, undefined, 2_000_000, 'input ×5 is above maxChange 4', 4],
    [20, undefined, 2_000_000, 'input ×10 is above maxChange 5', 5],
    [0.2, undefined, 2_000_000, 'input ÷10 is above maxChange 5', 5],
    [0, undefined, 2_000_000, 'input is 0, and was above 0', 5],
    [20, ['openai/known'], 20_000_000, undefined, 5],
    [10, undefined, 10_000_000, undefined, 5],
    [0.4, undefined, 400_000, undefined, 5],
  ])('that change from 2 to %d with accept %j become %d', async (usd, accept, rate, refused, maxChange) => {
    const source = settableSource(
      documentWith(modelOf('known', priceOf(usd, 8)), modelOf('new', priceOf(1, 1))),
    );
    const { catalog, events } = await refreshFrom(source, { maxChange, ...(accept && { accept }) });
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(rate);
    expect(await rateAt(catalog, 'new', '2026-11-20')).toBe(1_000_000);
    const [event] = events;
    const changes = event?.type === 'refreshed' ? event.changes : [];
    expect(changes.find(({ id }) => id === 'known')).toEqual({
      type: 'changed',
      vendor: 'openai',
      id: 'known',
      rates: [`input: 2000000 → ${usd * 1e6}`],
      ...(refused !== undefined && { refused }),
    });
  });

  it('refuse a later period, a fee, a tier and a region above the limit as well', async () => {
    const price = priceOf(2, 8, {
      fees: { web_search: 100 },
      tiers: { batch: { input: 10, output: 10 } },
      regions: { eu: 1 },
    });
    const ids = ['fee', 'tier', 'region'];
    const base = baseOf(modelOf('later', priceOf(2, 8)), ...ids.map((id) => modelOf(id, price)));
    const data = documentWith(
      modelOf('later', priceOf(2, 8), priceOf(0, 0, { from: '2026-12-01' })),
      modelOf('fee', { ...price, fees: { web_search: 1000 } }),
      modelOf('tier', { ...price, tiers: { batch: { input: 1, output: 10 } } }),
      modelOf('region', { ...price, regions: { eu: 10 } }),
    );
    const { catalog, events } = await refreshFrom(settableSource(data), { base });
    const [event] = events;
    const changes = event?.type === 'refreshed' ? event.changes : [];
    expect(changes.map(({ id, refused }) => [id, refused])).toEqual([
      ['later', 'input is 0, and was above 0'],
      ['fee', 'fee web_search ×10 is above maxChange 5'],
      ['tier', 'batch input ÷10 is above maxChange 5'],
      ['region', 'region eu ×10 is above maxChange 5'],
    ]);
    expect(await rateAt(catalog, 'later', '2026-12-02')).toBe(2_000_000);
  });

  it('that were refused apply at the same date once they are accepted', async () => {
    const source = settableSource(documentWith(modelOf('known', priceOf(20, 8))));
    const records = recordingStore();
    await refreshFrom(source, { records });
    const { catalog } = await refreshFrom(source, { records, accept: ['openai/known'], everyMs: 0 });
    expect((await catalog.refresh()).type).toBe('refreshed');
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(20_000_000);
    expect(source.etags).toEqual([undefined, undefined]);
    const { catalog: later } = await refreshFrom(source, { records });
    expect(await rateAt(later, 'known', '2026-11-20')).toBe(20_000_000);
  });
});

describe('the data', () => {
  it('retains models that the source lacks', async () => {
    const { catalog } = await refreshFrom(settableSource(documentWith(modelOf('new', priceOf(1, 1)))));
    expect((await catalog.models('openai')).map(({ id }) => id)).toEqual(['known', 'old', 'new']);
  });

  it.each(['2026-07-31', '2026-08-01'])('of %s does not change a catalog of 2026-08-01', async (date) => {
    const { catalog, events } = await refreshFrom(
      settableSource(documentOf(date, modelOf('known', priceOf(3, 9)))),
    );
    expect(events).toEqual([{ type: 'unchanged' }]);
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(2_000_000);
    expect(catalog.date).toBe('2026-08-01');
  });

  it('of a day in the future is refused, because it would hide all later data', async () => {
    const source = settableSource(documentOf('2026-11-23', modelOf('known', priceOf(3, 9))));
    const { catalog, events } = await refreshFrom(source);
    expect(events.map(messageOf)).toEqual([
      'the source: the date of the data, 2026-11-23, is invalid or in the future',
    ]);
    source.data = documentOf('2026-99-99', modelOf('known', priceOf(3, 9)));
    expect(messageOf(await catalog.refresh())).toBe('the source: date must be an ISO date, YYYY-MM-DD');
    source.data = documentOf('2026-11-22', modelOf('known', priceOf(3, 9)));
    expect(await catalog.refresh()).toMatchObject({ type: 'refreshed', date: '2026-11-22' });
  });

  it('with an invalid price is refused as an error of the data, not of an option', async () => {
    const source = settableSource(documentWith(modelOf('known', priceOf(-1, 8))));
    const { catalog, events } = await refreshFrom(source);
    expect(events).toMatchObject([
      { type: 'failed', error: { kind: 'protocol', message: expect.stringMatching(/known is -1000000/) } },
    ]);
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(2_000_000);
  });

  it('is refused completely if a vendor lost more than half of its models', async () => {
    const source = settableSource(documentWith(...['a', 'b', 'c'].map((id) => modelOf(id, priceOf(1, 1)))));
    const records = recordingStore();
    const { catalog } = await refreshFrom(source, { records });
    source.data = documentOf('2026-11-11', modelOf('a', priceOf(2, 2)));
    const message =
      'the source: the data contains 1 models of openai, after 3 in the previous data; it appears to be incomplete';
    expect(messageOf(await catalog.refresh())).toBe(message);
    const { catalog: next } = await refreshFrom(source, { records, everyMs: 0 });
    expect(messageOf(await next.refresh())).toBe(message);
    expect(await rateAt(next, 'a', '2026-11-20')).toBe(1_000_000);
  });

  it('of another source is neither compared by its number of models nor by its ETag', async () => {
    const records = recordingStore();
    const models = ['a', 'b', 'c'].map((id) => modelOf(id, priceOf(1, 1)));
    await refreshFrom(settableSource(documentWith(...models)), { records });
    const source = {
      ...settableSource(documentOf('2026-11-11', modelOf('d', priceOf(1, 1)))),
      name: 'other',
    };
    const { catalog } = await refreshFrom(source, { records, everyMs: 0 });
    expect((await catalog.refresh()).type).toBe('refreshed');
    expect(source.etags).toEqual([undefined]);
  });

  it('is replaced atomically, also in catalogs of `with`', async () => {
    const source = settableSource(documentWith(modelOf('known', priceOf(3, 9))));
    const { catalog } = await refreshFrom(source);
    const extended = catalog.with([{ vendor: 'acme', id: 'large', prices: [priceOf(1, 1)] }]);
    const lookup = catalog.find('openai', 'known');
    source.data = documentOf('2026-11-15', modelOf('known', priceOf(4, 9)));
    const [before] = await Promise.all([lookup, catalog.refresh()]);
    expect(before?.model.prices.at(-1)?.rates.input).toBe(3_000_000);
    expect((await extended.find('openai', 'known'))?.model.prices.at(-1)?.rates.input).toBe(4_000_000);
    expect((await extended.find('acme', 'large'))?.model.id).toBe('large');
    expect(extended.date).toBe('2026-11-15');
  });

  it('is compared by model, with prices and retirement dates', async () => {
    const { catalog } = await refreshFrom(
      settableSource(
        documentWith(
          modelOf('new', priceOf(1, 1)),
          modelOf('known', priceOf(2, 9)),
          { ...modelOf('old', priceOf(1, 1)), retires: '2027-01-01' },
          modelOf('free', priceOf(1, 1)),
        ),
      ),
      { base: baseOf(KNOWN, modelOf('old', priceOf(1, 1)), modelOf('free')) },
    );
    const before = baseOf(KNOWN, modelOf('old', priceOf(1, 1)), modelOf('free'));
    expect((await diffCatalogs(before, catalog)).map(({ type, id, rates }) => [type, id, rates])).toEqual([
      ['priced', 'free', ['input: none → 1000000', 'output: none → 1000000']],
      ['changed', 'known', ['output: 8000000 → 9000000']],
      ['added', 'new', []],
      ['retiring', 'old', []],
    ]);
    const document = await catalogDocument(catalog, ['openai']);
    expect([document.format, document.date, document.models.length]).toEqual([
      'majordomo-catalog/1',
      '2026-11-10',
      4,
    ]);
  });
});

describe('checks', () => {
  it('begin again after everyMs and at most 10 % more', async () => {
    const source = settableSource(documentWith(KNOWN));
    const { catalog, clock } = await refreshFrom(source);
    expect(source.calls).toBe(1);
    await clock.advance(DAY_MS - 1);
    expect(source.calls).toBe(1);
    await clock.advance(0.1 * DAY_MS + 1);
    expect(source.calls).toBe(2);
    catalog.close();
    await clock.advance(3 * DAY_MS);
    expect(source.calls).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it('share one request if they run at the same time', async () => {
    const source = settableSource(documentWith(KNOWN));
    const { catalog, events } = await refreshFrom(source, { everyMs: 0 });
    const results = await Promise.all([catalog.refresh(), catalog.refresh(), catalog.refresh()]);
    expect([source.calls, events.length, new Set(results).size]).toEqual([1, 1, 1]);
  });

  it('make no request at a second start within everyMs', async () => {
    const records = recordingStore();
    await refreshFrom(settableSource(documentWith(modelOf('known', priceOf(3, 9)))), { records });
    const source = settableSource(undefined);
    const { catalog, clock, events } = await refreshFrom(source, { records });
    expect([source.calls, events]).toEqual([0, []]);
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(3_000_000);
    expect(await rateAt(catalog, 'known', '2026-11-09')).toBe(2_000_000);
    await clock.advance(1.1 * DAY_MS);
    expect([source.calls, source.etags]).toEqual([1, ['v1']]);
  });

  it('ignore a damaged store with an event', async () => {
    const source = settableSource(documentWith(modelOf('known', priceOf(3, 9))));
    const records = recordingStore({ document: { format: 'other' }, checkedAt: '' } as never);
    const { catalog, events } = await refreshFrom(source, { records });
    expect(events.map(messageOf)).toEqual([
      'the source: the store cannot be read: format must be majordomo-catalog/1',
      'refreshed',
    ]);
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(3_000_000);
  });

  it.each(['get', 'write'] as const)('wait at most timeoutMs for a store whose %s hangs', async (hanging) => {
    const records = { ...recordingStore(), [hanging]: () => new Promise<never>(() => undefined) };
    const clock = fakeClock(NOW);
    const source = settableSource(documentWith(modelOf('known', priceOf(3, 9))));
    const starting = refreshFrom(source, { records, clock, timeoutMs: 500 });
    await clock.advance(500);
    const { catalog, events } = await starting;
    const message = `the source: the store cannot be ${hanging === 'get' ? 'read' : 'written'}: no response within 500 ms; raise timeoutMs`;
    expect(events.map(messageOf)).toEqual([message, 'refreshed']);
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(3_000_000);
    await clock.advance(1.1 * DAY_MS + 1000);
    expect(source.calls).toBe(2);
    catalog.close();
  });

  it('ignore a stored document of a day in the future, and replace it', async () => {
    const document = documentOf('2027-11-20', modelOf('known', priceOf(4, 9)));
    const records = recordingStore({ document, checkedAt: '2026-11-20T11:00:00Z', etag: 'v0' });
    const source = settableSource(documentWith(modelOf('known', priceOf(3, 9))));
    const { catalog, events } = await refreshFrom(source, { records });
    expect(events.map(messageOf)).toEqual([
      'the source: the store cannot be read: the date of the data, 2027-11-20, is invalid or in the future',
      'refreshed',
    ]);
    expect(source.etags).toEqual([undefined]);
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(3_000_000);
    expect(records.writes.map((stored) => stored.document.date)).toEqual(['2026-11-10']);
  });

  it('are made at the start if the stored check belongs to another source', async () => {
    const document = documentOf('2026-11-09', modelOf('known', priceOf(4, 9)));
    const records = recordingStore({
      document,
      checkedAt: '2026-11-20T11:00:00Z',
      etag: 'v0',
      source: 'other',
    });
    const source = settableSource(documentWith(modelOf('known', priceOf(3, 9))));
    const { catalog, events } = await refreshFrom(source, { records });
    await vi.waitFor(() => {
      expect(events).toHaveLength(1);
    });
    expect([source.calls, source.etags]).toEqual([1, [undefined]]);
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(3_000_000);
  });

  it('are made at the start if the stored check did not read all vendors', async () => {
    const document = documentOf('2026-11-09', modelOf('known', priceOf(4, 9)));
    const checked = { checkedAt: '2026-11-20T11:00:00Z', etag: 'v0', source: 'the source' };
    const source = settableSource(documentWith(modelOf('known', priceOf(3, 9))));
    const records = recordingStore({ document, ...checked, vendors: ['another'] });
    const { catalog, events } = await refreshFrom(source, { records });
    await vi.waitFor(() => {
      expect(events).toHaveLength(1);
    });
    expect([source.calls, source.etags]).toEqual([1, [undefined]]);
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(3_000_000);
    expect(records.writes.at(-1)?.vendors).toEqual(catalog.vendors);
  });

  it('apply the data if the store cannot be written', async () => {
    const write = () => Promise.reject(new Error('disk full'));
    const { catalog, events } = await refreshFrom(
      settableSource(documentWith(modelOf('known', priceOf(3, 9)))),
      {
        records: { ...recordingStore(), write },
      },
    );
    expect(events.map(messageOf)).toEqual([
      'the source: the store cannot be written: disk full',
      'refreshed',
    ]);
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(3_000_000);
  });

  it('use a newer stored document without a request', async () => {
    const records = recordingStore();
    const source = settableSource(documentWith(KNOWN));
    const { catalog } = await refreshFrom(source, { records });
    const other = settableSource(documentOf('2026-11-12', modelOf('known', priceOf(3, 9))));
    const second = await refreshFrom(other, { records, everyMs: 0 });
    await second.catalog.refresh();
    expect(await catalog.refresh()).toMatchObject({ type: 'refreshed', date: '2026-11-12' });
    expect(source.calls).toBe(1);
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(3_000_000);
  });

  it('have no time limit with a timeoutMs of 0', async () => {
    let answer: (data: unknown) => void = () => undefined;
    const from = {
      name: 'slow',
      load: async () => ({ data: await new Promise((resolve) => (answer = resolve)) }),
    };
    const { catalog, clock } = await refreshFrom(from, { everyMs: 0, timeoutMs: 0 });
    const refreshing = catalog.refresh();
    await clock.advance(10 * DAY_MS);
    answer(documentWith(modelOf('known', priceOf(3, 9))));
    expect((await refreshing).type).toBe('refreshed');
  });

  it('end at timeoutMs if the source does not return', async () => {
    const clock = fakeClock(NOW);
    const events: CatalogEvent[] = [];
    const starting = refreshed({
      from: { name: 'slow', load: () => new Promise(() => undefined) },
      base: baseOf(KNOWN),
      clock,
      timeoutMs: 500,
      onEvent: (event) => events.push(event),
    });
    await clock.advance(500);
    const catalog = await starting;
    expect(events.map(messageOf)).toEqual(['slow: no response within 500 ms; raise timeoutMs']);
    expect(await rateAt(catalog, 'known', '2026-11-20')).toBe(2_000_000);
  });
});

it.each([
  [{}, /from is missing/],
  [{ from: 'http://prices.example/catalog.json' }, /from must be https:/],
  [{ from: 'catalog.json' }, /from is not a URL; read a file with fileSource/],
  [{ from: { name: 'x' } }, /from must be a URL or an object with name and load/],
  [{ from: 'https://a.example', maxChange: 0.5 }, /maxChange must be a number of 1 or more/],
  [{ from: 'https://a.example', everyMs: -1 }, /everyMs must be a number of 0 or more/],
  [{ from: 'https://a.example', timeoutMs: -1 }, /timeoutMs must be a number of 0 or more/],
])('rejects the options %j', async (options, message) => {
  await expect(refreshed(options as never)).rejects.toMatchObject({ kind: 'config' });
  await expect(refreshed(options as never)).rejects.toThrow(message);
});
