import { catalog, priceAt } from '@majordomo/catalog';
import { createMajordomo, user } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { fakeProvider } from '@majordomo/testing';
import { expect, test } from 'vitest';
import { SUGGESTED } from '../../../../apps/cli/src/init/suggested.ts';
import exceptions from '../../model-ids.exceptions.json' with { type: 'json' };
import { namedModels } from '../../src/model-ids.ts';

const EXCEPTIONS: Readonly<Record<string, string>> = exceptions;

async function isPriced(name: string): Promise<boolean> {
  const slash = name.indexOf('/');
  const found = await catalog.find(name.slice(0, slash), name.slice(slash + 1));
  return found !== undefined && priceAt(found.model, new Date(catalog.date)) !== undefined;
}

/** Returns the names that have neither a price nor an exception. */
async function unexplained(names: Iterable<string>): Promise<readonly string[]> {
  const unknown: string[] = [];
  for (const name of names) if (!(name in EXCEPTIONS) && !(await isPriced(name))) unknown.push(name);
  return unknown;
}

const named = namedModels(catalog.vendors);

test('every model that a README, a document or an example names has a price or an exception', async () => {
  expect(named.size).toBeGreaterThan(30);
  const unknown = await unexplained(named.keys());
  expect(unknown.map((name) => `${name}: ${(named.get(name) ?? []).join(', ')}`)).toEqual([]);
});

test('a money limit of 5 USD admits every chat model that a README names', async () => {
  const models = [...named].filter(([name, files]) => !(name in EXCEPTIONS) && files.some(isReadme));
  const denied: string[] = [];
  for (const [name] of models) {
    const [vendor = '', ...rest] = name.split('/');
    const id = rest.join('/');
    const found = await catalog.find(vendor, id);
    const { input = [], output = [] } = found?.model ?? {};
    if (!input.includes('text') || !output.includes('text')) continue;
    const ledger = createLedger({ limits: [{ name: 'day', max: { usd: '5.00' }, per: 'day' }] });
    const provider = fakeProvider({ id: vendor, vendor, models: { [id]: [{ text: 'hello' }] } });
    const majordomo = createMajordomo({ providers: [provider], gates: [ledger.gate] });
    const call = majordomo.model(name).generate({ messages: [user('hi')] });
    await call.catch((error: unknown) => denied.push(`${name}: ${String(error)}`));
  }
  expect(models.length).toBeGreaterThan(5);
  expect(denied).toEqual([]);
});

const isReadme = (file: string): boolean => file.endsWith('README.md');

test('majordomo init suggests models with a price', async () => {
  const names = Object.entries(SUGGESTED).map(([provider, model]) => `${provider}/${model}`);
  expect(await unexplained(names)).toEqual([]);
});

test('every exception states a reason and is needed', async () => {
  const needless: string[] = [];
  for (const [name, reason] of Object.entries(EXCEPTIONS)) {
    expect(reason).not.toBe('');
    if (!named.has(name) || (await isPriced(name))) needless.push(name);
  }
  expect(needless).toEqual([]);
});
