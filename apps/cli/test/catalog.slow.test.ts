import { catalog as shipped } from '@majordomo/catalog';
import { catalogDocument } from '@majordomo/catalog/refresh';
import { openaiResponses, startWireServer } from '@majordomo/conformance';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { world } from './world.ts';

const STATE = '.local/state/majordomo/catalog.json';
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

/** Document in which the input of gpt-4o costs this much, in USD per million. */
async function documentWith(input: number, date = TOMORROW): Promise<string> {
  const { models, ...document } = await catalogDocument(shipped, ['openai']);
  const changed = models.map((model) => {
    const price = model.prices.at(-1);
    if (model.id !== 'gpt-4o' || price === undefined) return model;
    const next = { ...price, from: date, rates: { ...price.rates, input: input * 1e6 } };
    return { ...model, prices: [...model.prices, next] };
  });
  return JSON.stringify({ ...document, date, models: changed });
}

const stateIn = (cwd: string): unknown =>
  existsSync(join(cwd, STATE)) ? (JSON.parse(readFileSync(join(cwd, STATE), 'utf8')) as unknown) : undefined;

it('shows the date, the sources and the counts', async () => {
  using cli = world();
  const { code, out } = await cli.run('catalog');
  expect(code).toBe(0);
  expect(out).toMatch(
    new RegExp(
      `^Catalog of ${shipped.date}: \\d+ models of ${shipped.vendors.length} vendors, \\d+ with a price`,
    ),
  );
  for (const { name, date } of shipped.sources) expect(out).toContain(`  ${name}, ${date}\n`);
  expect(out).toMatch(/\nPrices of \d{4}-\d{2}-\d{2} or older: [a-z, -]+\n$/);
  const json = JSON.parse((await cli.run('catalog', '--json')).out) as object;
  expect(json).toMatchObject({
    date: shipped.date,
    file: join(cli.cwd, STATE),
    counts: { vendors: shipped.vendors.length },
  });
});

describe('catalog diff', () => {
  it('prints the changes of a file and writes nothing', async () => {
    using cli = world({ files: { 'new.json': await documentWith(3) } });
    const { code, out } = await cli.run('catalog', 'diff', '--from', 'new.json');
    expect([code, out]).toEqual([0, 'changed   openai/gpt-4o  input: 2500000 → 3000000\n']);
    expect(stateIn(cli.cwd)).toBeUndefined();
  });

  it('fails for a rejected change, also with --json', async () => {
    using cli = world({ files: { 'new.json': await documentWith(30) } });
    const { code, out } = await cli.run('catalog', 'diff', '--from', 'new.json', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      result: 'refreshed',
      changes: [{ type: 'changed', id: 'gpt-4o', refused: 'input ×12 is above maxChange 5' }],
    });
  });

  it('reports that a source has no newer data', async () => {
    using cli = world({ files: { 'old.json': await documentWith(3, '2026-01-01') } });
    const { code, out } = await cli.run('catalog', 'diff', '--from', 'old.json');
    expect([code, out]).toEqual([0, 'The source has no newer data.\n']);
  });
});

describe('catalog update', () => {
  it('writes the prices that other commands use', async () => {
    await using server = await startWireServer({ wire: openaiResponses, script: () => 'Hello.' });
    const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: server.baseURL };
    const date = shipped.date.replace(/..$/, '22');
    using cli = world({ env, files: { 'new.json': await documentWith(12.5, date) } });
    const cost = async (): Promise<number> =>
      Number(/\$([\d.]+)/.exec((await cli.run('chat', 'openai/gpt-4o', 'hi')).err)?.[1]);
    const before = await cost();
    expect((await cli.run('catalog', 'update', '--from', 'new.json')).code).toBe(0);
    if (process.platform !== 'win32') expect(statSync(join(cli.cwd, STATE)).mode & 0o777).toBe(0o600);
    expect(await cost()).toBeGreaterThan(before);
    expect((await cli.run('catalog')).out).toContain(`Catalog of ${date}`);
  });

  it('does not change the file for a rejected change until the change is accepted', async () => {
    using cli = world({ files: { 'new.json': await documentWith(30) } });
    const refused = await cli.run('catalog', 'update', '--from', 'new.json');
    expect([refused.code, stateIn(cli.cwd)]).toEqual([1, undefined]);
    expect(refused.err).toContain('openai/gpt-4o rejected: input ×12 is above maxChange 5');
    expect(refused.err).toContain('--accept vendor/id');
    expect((await cli.run('doctor')).out).toMatch(/! prices +of openai\/gpt-4o were rejected/);
    const { code } = await cli.run('catalog', 'update', '--from', 'new.json', '--accept', 'openai/gpt-4o');
    expect([code, stateIn(cli.cwd)]).toMatchObject([0, { data: { document: { date: TOMORROW } } }]);
    expect((await cli.run('doctor')).out).not.toContain('were rejected');
  });

  it.each(['{"format":"majordomo-catalog/1","date":', '<html></html>', '{"format":"majordomo-catalog/1"}'])(
    'keeps the file if the source is %s',
    async (text) => {
      using cli = world({ files: { 'good.json': await documentWith(3), 'bad.json': text } });
      await cli.run('catalog', 'update', '--from', 'good.json');
      const before = stateIn(cli.cwd);
      const { code, err } = await cli.run('catalog', 'update', '--from', 'bad.json');
      expect(code).toBe(1);
      expect(err).toContain(join(cli.cwd, 'bad.json'));
      expect(stateIn(cli.cwd)).toEqual(before);
    },
  );

  it('reads a package with the npm and tar of the user', async () => {
    using cli = world({ env: { PATH: process.env['PATH'] ?? '' } });
    // A script in place of npm writes the tarball that `npm pack` would download.
    mkdirSync(join(cli.cwd, 'bin'));
    mkdirSync(join(cli.cwd, 'package/dist'), { recursive: true });
    writeFileSync(join(cli.cwd, 'package/dist/catalog.json'), await documentWith(3));
    execFileSync('tar', ['-czf', 'prices.tgz', 'package'], { cwd: cli.cwd });
    const script = `#!/bin/sh\n[ "$1 $2" = "pack @acme/prices@1.2.3" ] || exit 1\ncp '${cli.cwd}/prices.tgz' . && echo prices.tgz\n`;
    writeFileSync(join(cli.cwd, 'bin/npm'), script, { mode: 0o755 });
    using other = world({ env: { PATH: `${cli.cwd}/bin:${process.env['PATH'] ?? ''}` } });
    const { code, out } = await other.run('catalog', 'update', '--from', 'npm:@acme/prices@1.2.3');
    expect([code, out]).toEqual([0, 'changed   openai/gpt-4o  input: 2500000 → 3000000\n']);
    const missing = await other.run('catalog', 'update', '--from', 'npm:@acme/other');
    expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('npm:@acme/other: ')]);
  });

  it('rejects a package name that is an option of npm', async () => {
    using cli = world();
    const { code, err } = await cli.run('catalog', 'diff', '--from', 'npm:--help');
    expect([code, err]).toEqual([2, expect.stringContaining('use npm:NAME@VERSION')]);
  });
});

it('reports a damaged file and uses the shipped snapshot', async () => {
  using cli = world();
  mkdirSync(join(cli.cwd, '.local/state/majordomo'), { recursive: true });
  writeFileSync(join(cli.cwd, STATE), '{');
  const { out, err } = await cli.run('catalog');
  expect(out).toContain(`Catalog of ${shipped.date}`);
  expect(err).toContain(`${STATE}: the store cannot be read`);
});

describe('doctor', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const at = (date: string): void => {
    vi.useFakeTimers({ now: new Date(date), toFake: ['Date'] });
  };
  const config = JSON.stringify({
    model: 'openai/gpt-6-sol',
    aliases: { claude: 'anthropic/claude-sonnet-4-5,openai/gpt-6-sol', nobody: 'unknown/x' },
  });

  it('names configured targets that retire, with date and successor', async () => {
    at('2026-11-20');
    using cli = world({ files: { 'majordomo.config.json': config } });
    const { out } = await cli.run('doctor');
    expect(out).toMatch(
      /Catalog\n {2}! anthropic\/claude-sonnet-4-5 +retires on 2026-11-30, in 10 days; its successor is claude-sonnet-5-5\n\n/,
    );
    at('2026-12-02');
    expect((await cli.run('doctor')).out).toContain('has retired on 2026-11-30;');
  });

  it('names a catalog that is older than 30 days', async () => {
    using cli = world();
    const days = (count: number): string =>
      new Date(Date.parse(shipped.date) + count * 86_400_000).toISOString();
    at(days(30));
    expect((await cli.run('doctor')).out).not.toContain('Catalog');
    at(days(31));
    const { code, out } = await cli.run('doctor', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toContainEqual({
      title: 'Catalog',
      findings: [
        {
          state: 'warning',
          what: 'prices',
          detail: `are from ${shipped.date} and 31 days old; run majordomo catalog update`,
        },
      ],
    });
  });
});
