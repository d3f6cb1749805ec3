import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { lab, serve, world, type World, type WorldOptions } from './world.ts';

/** Vendor on 127.0.0.1 with the prices of OpenAI's models. */
const priced = (server: { readonly baseURL: string }) => ({
  LLM_LAB: `${lab(server)['LLM_LAB'] ?? ''}?vendor=openai`,
});

const configured = (config: object, options: WorldOptions = {}): World =>
  world({ ...options, files: { ...options.files, 'majordomo.config.json': JSON.stringify(config) } });

const BOOKS = '.local/state/majordomo/books.db';

describe('majordomo usage', () => {
  it('reports the costs of chat by target, as JSON and in columns', async () => {
    await using server = await serve('Hello.', 'Hello.', 'Hello.');
    using cli = configured({ ledger: {} }, { env: priced(server) });
    for (const model of ['gpt-4o', 'gpt-4o', 'gpt-4o-mini'])
      await cli.run('chat', `lab/${model}`, 'hi', '-q');
    const { out, code } = await cli.run('usage', '--by', 'target', '--json');
    expect(code).toBe(0);
    // 12 tokens in and 5 out, at 2.50 and 10 USD a million, and at 0.15 and 0.60.
    expect(JSON.parse(out)).toMatchObject([
      { key: { target: 'lab/gpt-4o' }, calls: 2, input: 24, output: 10, nanoUsd: '160000' },
      { key: { target: 'lab/gpt-4o-mini' }, calls: 1, input: 12, output: 5, nanoUsd: '4800' },
    ]);
    expect((await cli.run('usage', '--by', 'target')).out).toBe(
      [
        'target           calls  in  out        cost',
        'lab/gpt-4o           2  24   10    $0.00016',
        'lab/gpt-4o-mini      1  12    5  $0.0000048',
        '                     3  36   15    $0.00016',
        '',
      ].join('\n'),
    );
  });

  it('shows saved, extra and net amounts of prompt caches in columns and JSON', async () => {
    await using server = await serve(
      { parts: [{ type: 'text', text: 'Hello.' }], usage: { input: 1000, output: 5, cacheRead: 800 } },
      'Hello.',
    );
    using cli = configured({ ledger: {} }, { env: priced(server) });
    for (const model of ['gpt-4o', 'gpt-4o-mini']) await cli.run('chat', `lab/${model}`, 'hi', '-q');
    const { out } = await cli.run('usage', '--by', 'target');
    // 800 tokens read at 1.25 instead of 2.50 USD a million.
    expect(out.replaceAll(/ +/g, ' ').split('\n')).toEqual([
      'target calls in out cost saved extra net',
      'lab/gpt-4o 1 1000 5 $0.0016 $0.0010 $0.00 $0.0010',
      'lab/gpt-4o-mini 1 12 5 $0.0000048 $0.00 $0.00 $0.00',
      ' 2 1012 10 $0.0016 $0.0010 $0.00 $0.0010',
      '',
    ]);
    const json = await cli.run('usage', '--by', 'target', '--json');
    expect(JSON.parse(json.out)).toMatchObject([
      { cacheWrite: 0, cacheSavedNanoUsd: '1000000', cacheExtraNanoUsd: '0' },
      { cacheSavedNanoUsd: '0' },
    ]);
  });

  it('draws a bar for each row on a terminal', async () => {
    await using server = await serve('Hello.', 'Hello.', 'Hello.');
    using cli = configured({ ledger: {} }, { env: priced(server), terminal: true });
    for (const model of ['gpt-4o', 'gpt-4o', 'gpt-4o-mini'])
      await cli.run('chat', `lab/${model}`, 'hi', '-q');
    const { out } = await cli.run('usage', '--by', 'target');
    expect(out).toMatch(/lab\/gpt-4o .*\$0\.00016 {2}█{30}\nlab\/gpt-4o-mini .*\$0\.0000048 {2}▉\n/);
  });

  it('aligns its columns for names in any script', async () => {
    await using server = await serve('Hello.', 'Hello.');
    using cli = configured({ ledger: {} }, { env: priced(server), terminal: true });
    for (const model of ['gpt-4o', '東京']) await cli.run('chat', `lab/${model}`, 'hi', '-q');
    const { out } = await cli.run('usage', '--by', 'target');
    const [, first = '', second = ''] = out.split('\n');
    expect(first).toMatch(/^lab\/gpt-4o {6}1 {2}12/);
    expect(second).toMatch(/^lab\/東京 {8}1 {2}12/);
  });

  it('shows every day of the range, including days without calls', async () => {
    await using server = await serve('Hello.');
    using cli = configured({ ledger: {} }, { env: priced(server) });
    await cli.run('chat', 'lab/gpt-4o', 'hi');
    const { out } = await cli.run('usage', '--since', '3d', '--json');
    const rows = JSON.parse(out) as readonly {
      readonly key: { readonly day: string };
      readonly calls: number;
    }[];
    expect(rows.map(({ calls }) => calls)).toEqual([0, 0, 1]);
    expect(rows.map(({ key }) => key.day)).toEqual(rows.map(({ key }) => key.day).toSorted());
  });

  it.each([
    // Clocks in Berlin are set forward on 2026-03-29 at 02:00, and back on 2026-10-25 at 03:00.
    ['2026-03-29T21:30:00Z', ['2026-03-27', '2026-03-28', '2026-03-29']],
    ['2026-03-29T22:30:00Z', ['2026-03-28', '2026-03-29', '2026-03-30']],
    ['2026-10-25T22:30:00Z', ['2026-10-23', '2026-10-24', '2026-10-25']],
    ['2026-10-25T23:30:00Z', ['2026-10-24', '2026-10-25', '2026-10-26']],
  ])('at %s the last three days in Berlin are %j', async (time, days) => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(time) });
    onTestFinished(() => {
      vi.useRealTimers();
      vi.unstubAllEnvs();
    });
    using cli = configured({ ledger: { file: 'books.db' } }, { files: { 'books.db': '' } });
    const { out } = await cli.run('usage', '--since', '3d', '--json');
    const rows = JSON.parse(out) as readonly { readonly key: { readonly day: string } }[];
    expect(rows.map(({ key }) => key.day)).toEqual(days);
  });

  it('reports calls without a price next to the sum, and never counts them as free', async () => {
    await using server = await serve('Hello.', 'Hello.');
    using cli = configured(
      { ledger: {} },
      { env: { ...priced(server), LLM_OWN: lab(server)['LLM_LAB'] ?? '' } },
    );
    await cli.run('chat', 'lab/gpt-4o', 'hi');
    await cli.run('chat', 'own/mine', 'hi');
    const { out } = await cli.run('usage', '--by', 'target');
    expect(out).toMatch(
      /lab\/gpt-4o .*\$0\.000080\nown\/mine .* \?\n .*\$0\.000080\+\?\n\?: 1 attempt has no known price\.\n$/,
    );
  });

  it('marks sums that lack attempts without reported tokens, and counts those attempts', async () => {
    await using server = await serve({ parts: [{ type: 'text', text: 'Hello.' }], usage: false }, 'Hello.');
    using cli = configured({ ledger: {} }, { env: priced(server) });
    for (const model of ['gpt-4o', 'gpt-4o-mini']) await cli.run('chat', `lab/${model}`, 'hi', '-q');
    const { out } = await cli.run('usage', '--by', 'target');
    expect(out.replaceAll(/ +/g, ' ').split('\n').slice(1)).toEqual([
      'lab/gpt-4o-mini 1 12 5 $0.0000048',
      'lab/gpt-4o 1 ? ? ?',
      ' 2 12+? 5+? $0.0000048+?',
      '?: 1 attempt has no known price.',
      '?: 1 attempt has no reported count of tokens.',
      '',
    ]);
    const json = await cli.run('usage', '--by', 'target', '--json');
    expect(JSON.parse(json.out)).toMatchObject([{ unknownUsage: 0 }, { unknownUsage: 1 }]);
  });

  it.each([
    [
      ['--by', 'dya'],
      '--by must be one of day, hour, month, target, provider, vendor, model, name, tenant, outcome, not "dya"; did you mean "day"?',
    ],
    [['--since', 'yesterday'], '--since must be a value such as 24h, 7d, 4w or 2026-11-01'],
    [['--since', '2026-02-30'], '--since must be'],
    [['--since', '0d'], '--since must be'],
    [['--since', '99999999w'], '--since must be'],
    [['--since', '2999-01-01'], 'is in the future'],
  ])('%j is rejected: %s', async (args, expected) => {
    using cli = configured({ ledger: {} });
    const result = await cli.run('usage', ...args);
    expect([result.code, result.out]).toEqual([2, '']);
    expect(result.err).toContain(expected);
  });

  it('explains how to enable the ledger if it is missing, and reports an empty ledger', async () => {
    using cli = world();
    const result = await cli.run('usage');
    expect([result.code, result.err]).toEqual([
      2,
      expect.stringContaining('`ledger: {}` in majordomo.config'),
    ]);
    using empty = configured({ ledger: {} });
    expect(await empty.run('usage')).toMatchObject({
      code: 0,
      out: 'No call was recorded in the period of --since 7d.\n',
    });
    expect((await empty.run('usage', '--json')).out).toBe('[]\n');
  });
});

describe('majordomo limits', () => {
  const day = { name: 'day', max: { usd: '0.000100' }, per: 'day' };

  it('reports the used and remaining amounts of each limit, and chat respects the limits', async () => {
    await using server = await serve('Hello.', 'Hello.');
    const limits = [
      { ...day, max: { requests: 2 } },
      { name: 'all', max: { tokens: 100_000 }, per: 'ever' },
    ];
    using cli = configured({ ledger: { limits } }, { env: priced(server) });
    await cli.run('chat', 'lab/gpt-4o', 'hi', '--max-tokens', '50');
    const { out } = await cli.run('limits');
    expect(out).toMatch(
      /^day\n {2}1 of 2 requests used, 1 left, resets (?:in \d+ (?:h|min)|within a minute).*\nall\n {2}17 of 100,000 tokens used, 99,983 left, never resets\n$/,
    );
    await cli.run('chat', 'lab/gpt-4o', 'hi', '--max-tokens', '50');
    const denied = await cli.run('chat', 'lab/gpt-4o', 'hi', '--max-tokens', '50');
    expect(denied.code).toBe(1);
    expect(denied.err).toMatch(/^denied: .*day.*\n/);
    expect(denied.err).toContain('run majordomo limits for the remaining amounts');
    expect(server.requests).toHaveLength(2);
    expect(JSON.parse((await cli.run('limits', '--json')).out)).toMatchObject([
      {
        limit: { name: 'day' },
        key: '',
        used: '2',
        held: '0',
        left: '0',
        resetsAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
      { limit: { name: 'all' }, used: '34', left: '99966' },
    ]);
  });

  it('warns when a threshold of a limit is reached', async () => {
    await using server = await serve('Hello.');
    using cli = configured(
      { ledger: { limits: [{ ...day, max: { requests: 1 } }] } },
      { env: priced(server) },
    );
    const result = await cli.run('chat', 'lab/gpt-4o', 'hi', '--max-tokens', '50');
    // The call reaches all thresholds of the limit.
    expect(result.err.match(/The limit .*/g)).toEqual(['The limit "day" is used up to 95 %.']);
  });

  it('has no price for a custom model until the configuration contains one', async () => {
    await using server = await serve('Hello.', 'Hello.');
    const limits = [{ ...day, max: { usd: '1.00' } }];
    const labEnv = { LLM_LAB: `${lab(server)['LLM_LAB'] ?? ''}?vendor=acme` };
    using cli = configured({ ledger: { limits } }, { env: labEnv });
    const args = ['chat', 'lab/mine', 'hi', '--max-tokens', '50'];
    expect((await cli.run(...args)).err.replaceAll(/\s+/g, ' ')).toContain(
      'no price for acme/mine; add one to "ledger.prices" in majordomo.config, or set "ledger.unknownPrice" to "admit" (limit "day")',
    );
    using admitting = configured({ ledger: { limits, unknownPrice: 'admit' } }, { env: labEnv });
    expect((await admitting.run(...args)).code).toBe(0);
    const rates = { input: 1_000_000, output: 2_000_000 };
    const prices = [
      {
        vendor: 'acme',
        id: 'mine',
        prices: [{ from: '2026-01-01', rates, sources: ['me'], trust: 'override' }],
      },
    ];
    using expected = configured({ ledger: { limits, prices } }, { env: labEnv });
    expect((await expected.run(...args)).code).toBe(0);
    expect((await expected.run('limits')).out).toContain('$0.000022 of $1.00 used');
  });

  it.each([
    [{ limits: [{ ...day, max: { usd: '1,50' } }] }, 'limits[0].max.usd'],
    [{ limits: [day, day] }, 'limits[1].name'],
    [{ limits: [{ ...day, zone: 'Mars/Base' }] }, 'limits[0].zone'],
    [{ limits: {} }, 'ledger.limits must be an array'],
    [{ limits: [null] }, 'limits[0]'],
    [{ limits: [day], file: '' }, 'ledger.file must not be empty'],
    [{ limits: [day], unknownPrice: 'maybe' }, 'ledger.unknownPrice must be one of admit, deny'],
    [{ limits: [day], reserve: 'all' }, 'ledger.reserve must be one of maximum, likely'],
    [{ prices: [{ vendor: 'x', id: 'y', prices: [null] }] }, 'ledger.prices[0]: prices[0] of x/y'],
    [
      { prices: [{ vendor: 'x', id: 'y', prices: 5 }] },
      'prices of x/y: the value must be an array of prices',
    ],
    [
      { prices: { 'openai/x': {} } },
      'ledger.prices must be an array; an entry has the form { "vendor": "acme"',
    ],
    [{ prices: [{ vendor: 'x' }] }, 'ledger.prices[0]: id of an override'],
    [{ prices: [null] }, 'ledger.prices[0]: must be an object'],
    [{ limit: [] }, 'ledger.limit is not a known member; did you mean'],
  ])('rejects %j in the configuration: %s', async (ledger, expected) => {
    using cli = configured({ ledger });
    for (const command of [['limits'], ['chat', 'lab/x', 'hi']]) {
      const result = await cli.run(...command);
      expect([command[0], result.code, result.out]).toEqual([command[0], 2, '']);
      expect(result.err).toContain(expected);
    }
  });
});

describe('the ledger file', () => {
  it('is readable by its owner only', async () => {
    await using server = await serve('Hello.');
    using cli = configured({ ledger: {} }, { env: priced(server) });
    await cli.run('chat', 'lab/gpt-4o', 'hi');
    if (process.platform !== 'win32') expect(statSync(join(cli.cwd, BOOKS)).mode & 0o777).toBe(0o600);
    if (process.platform !== 'win32') expect(statSync(join(cli.cwd, BOOKS, '..')).mode & 0o777).toBe(0o700);
  });

  it('is at the configured path, relative to the configuration', async () => {
    await using server = await serve('Hello.');
    using cli = configured({ ledger: { file: './spend.db' } }, { env: priced(server) });
    mkdirSync(join(cli.cwd, 'below'));
    await cli.runIn('below', 'chat', 'lab/gpt-4o', 'hi');
    expect(statSync(join(cli.cwd, 'spend.db')).size).toBeGreaterThan(0);
    expect((await cli.run('usage', '--by', 'target')).out).toContain('lab/gpt-4o');
  });

  it('never replaces another file', async () => {
    using cli = configured({ ledger: { file: 'notes.md' } }, { files: { 'notes.md': 'My notes.' } });
    const result = await cli.run('chat', 'lab/x', 'hi');
    expect([result.code, result.err]).toEqual([
      2,
      expect.stringContaining('notes.md is not a SQLite file and was not changed'),
    ]);
    expect(readFileSync(join(cli.cwd, 'notes.md'), 'utf8')).toBe('My notes.');
  });

  it('cannot be a pipe or a folder', async () => {
    using cli = configured({ ledger: { file: 'pipe' } });
    execFileSync('mkfifo', [join(cli.cwd, 'pipe')]);
    expect(await cli.run('chat', 'lab/x', 'hi')).toMatchObject({
      code: 2,
      err: expect.stringContaining('pipe is not a file'),
    });
    using other = configured({ ledger: { file: 'folder' } });
    mkdirSync(join(other.cwd, 'folder'));
    expect((await other.run('usage')).err).toContain('folder is not a file');
    using nowhere = configured({ ledger: { file: 'no/where.db' } });
    expect((await nowhere.run('chat', 'lab/x', 'hi')).err).toContain(
      'where.db cannot be created: the file does not exist',
    );
  });

  it('stops calls if its project configuration changed after it was trusted', async () => {
    await using server = await serve('Hello.');
    using cli = configured({ ledger: {} }, { env: priced(server) });
    expect((await cli.run('chat', 'lab/gpt-4o', 'hi')).code).toBe(0);
    const limits = [{ name: 'none', max: { requests: 1 }, per: 'day' }];
    writeFileSync(join(cli.cwd, 'majordomo.config.json'), JSON.stringify({ ledger: { limits } }));
    const result = await cli.run('chat', 'lab/gpt-4o', 'hi');
    expect([result.code, result.err]).toEqual([
      2,
      expect.stringContaining('has changed since it was trusted'),
    ]);
    expect(server.requests).toHaveLength(1);
  });
});
