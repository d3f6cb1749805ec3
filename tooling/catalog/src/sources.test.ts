import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suiteFolder } from '@majordomo/test-support';
import { beforeAll, expect, it } from 'vitest';
import { taken } from './sources.ts';

const folder = suiteFolder();
beforeAll(() => {
  writeFileSync(join(folder, 'models.dev-api.json'), '{"plain":1}');
  writeFileSync(join(folder, 'litellm-model-prices.json.gz'), gzipSync('{"packed":1}'));
});

it('reads a copy, compressed or not, with the given date', async () => {
  const dates = { 'models.dev': '2026-07-02', litellm: '2026-08-06' };
  expect(await taken('models.dev', folder, dates)).toEqual({ json: { plain: 1 }, date: '2026-07-02' });
  expect(await taken('litellm', folder, dates)).toEqual({ json: { packed: 1 }, date: '2026-08-06' });
});

it.each([{}, { 'models.dev': 'yesterday' }])('rejects a copy without a valid date: %j', async (dates) => {
  await expect(taken('models.dev', folder, dates)).rejects.toThrow(/add --date models\.dev=YYYY-MM-DD$/);
});

it('reads a folder of pi-ai, with the date of its manifest', async () => {
  mkdirSync(join(folder, 'pi-ai'));
  writeFileSync(join(folder, 'pi-ai/.manifest.json'), '{"generatedAt":"2026-11-10T12:05:37.628Z"}');
  writeFileSync(join(folder, 'pi-ai/openai.json'), '{"a":1}');
  const { json, date } = await taken('pi-ai', folder, {});
  expect([date, json]).toMatchObject(['2026-11-10', { 'openai.json': { a: 1 } }]);
});

it('rejects a missing copy, with the expected paths', async () => {
  await expect(taken('genai-prices', folder, { 'genai-prices': '2026-08-21' })).rejects.toThrow(
    /no copy of genai-prices exists; expected one of .+genai-prices-v2-data\.json, .+\.gz$/,
  );
});
