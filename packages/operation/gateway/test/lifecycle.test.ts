import { catalog as shipped, type CatalogModel } from '@majordomo/catalog';
import { expect, it } from 'vitest';
import { post } from './support/clients.ts';
import { startGateway } from './support/test-gateway.ts';

const DAY_MS = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

/** Returns the headers of a response, complete and streamed, whose model has these facts. */
async function headersOf(facts: Partial<CatalogModel>, name = 'gpt'): Promise<readonly (string | null)[][]> {
  const catalog = shipped.with([{ vendor: 'openai', id: 'gpt-x', ...facts }]);
  await using testGateway = await startGateway({ gateway: { catalog, models: { gpt: 'openai/gpt-x' } } });
  const requestChat = (stream: boolean) =>
    post(testGateway, '/v1/chat/completions', {
      model: name,
      stream,
      messages: [{ role: 'user', content: 'hi' }],
    });
  return await Promise.all(
    [false, true].map(async (stream) => {
      const { headers, body } = await requestChat(stream);
      await body?.cancel();
      return ['deprecation', 'sunset', 'x-majordomo-successor'].map((header) => headers.get(header));
    }),
  );
}

it('adds the dates and the successor of a model that retires', async () => {
  const retirementDate = inDays(30);
  const dates = [`@${Date.parse('2026-06-11') / 1000}`, new Date(retirementDate).toUTCString(), 'gpt-y'];
  expect(
    await headersOf({ retires: retirementDate, successor: 'gpt-y', deprecatedSince: '2026-06-11' }),
  ).toEqual([dates, dates]);
});

it('sets the deprecation to the date of the catalog, but not after the sunset', async () => {
  const retirementDate = inDays(30);
  const [[fromCatalog] = []] = await headersOf({ retires: retirementDate });
  expect(fromCatalog).toBe(`@${Date.parse(shipped.date) / 1000}`);
  const [[deprecation, sunset] = []] = await headersOf({ retires: '2026-01-01' });
  expect(deprecation).toBe(`@${Date.parse(sunset ?? '') / 1000}`);
});

it.each([[{}], [{ retires: inDays(92) }]])('adds no header for a model with the facts %j', async (facts) => {
  expect((await headersOf(facts)).flat()).toEqual(Array.from({ length: 6 }, () => null));
});

it('adds no header to a failure or without a catalog', async () => {
  expect((await headersOf({ retires: inDays(1) }, 'unknown')).flat()).toEqual(
    Array.from({ length: 6 }, () => null),
  );
  await using testGateway = await startGateway();
  const { headers } = await post(testGateway, '/v1/chat/completions', {
    model: 'gpt',
    messages: [{ role: 'user', content: 'hi' }],
  });
  expect([headers.get('sunset'), headers.get('x-majordomo-target')]).toEqual([null, expect.any(String)]);
});
