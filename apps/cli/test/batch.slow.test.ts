import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBatchServer, type BatchServer } from '@majordomo/conformance';
import { expect, it } from 'vitest';
import { world, type World } from './world.ts';

const LONG = 120_000;
const FILE = ['{"id":"a","prompt":"one","system":"Be short."}', '', '{"prompt":"two"}'].join('\n');
const RUN = ['batch', 'run', 'in.jsonl', '-m', 'openai/gpt-4.1', '--key', 'k', '--every', '1s'] as const;

/** Returns a world in which `openai` is the server. */
const worldOf = (
  { baseURL }: BatchServer,
  files: Readonly<Record<string, string>> = { 'in.jsonl': FILE },
  canErase = false,
  signal = new AbortController().signal,
): World => world({ files, canErase, signal, env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: baseURL } });

const linesOf = (text: string): readonly unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

it('runs a job to its end, and prints its results again for the same key', { timeout: LONG }, async () => {
  await using server = await startBatchServer({ looks: 1 });
  using cli = worldOf(server);
  const first = await cli.run(...RUN);
  expect([first.code, first.err.split('\n').at(-2)]).toEqual([
    0,
    expect.stringMatching(/^k: done, 2\/2 answered, 0 failed, .*, 1 batch$/),
  ]);
  expect(linesOf(first.out)).toMatchObject([
    { id: 'a', target: 'openai/gpt-4.1', via: 'batch', text: expect.stringContaining('answer to') },
    { id: '1', via: 'batch' },
  ]);
  const before = server.requests.length;
  const again = await cli.run(...RUN, '--out', 'out.jsonl');
  expect([again.code, again.out]).toEqual([0, '']);
  expect(readFileSync(join(cli.cwd, 'out.jsonl'), 'utf8')).toBe(first.out);
  expect([server.requests.length, server.batches.length]).toEqual([before, 1]);
});

it('submits once, polls, reports the status and cancels', { timeout: LONG }, async () => {
  await using server = await startBatchServer({ looks: 1000 });
  using cli = worldOf(server);
  expect(await cli.run(...RUN, '--once')).toMatchObject({ code: 0, out: '' });
  const status = await cli.run('batch', 'status', '--json');
  expect(linesOf(status.out)).toMatchObject([{ key: 'k', state: 'running', sent: 2 }]);
  expect((await cli.run('batch', 'results', 'k')).out).toBe('');
  expect(await cli.run('batch', 'cancel', 'k')).toMatchObject({ code: 0 });
  server.endAll();
  await cli.run('batch', 'poll');
  const polled = await cli.run('batch', 'poll', 'k');
  expect(polled).toMatchObject({ code: 0, out: expect.stringMatching(/^k: done, /) });
});

it('stops waiting after Ctrl-C and prints how to continue', { timeout: LONG }, async () => {
  const stop = new AbortController();
  await using server = await startBatchServer({
    looks: 1000,
    after: ({ method, path }) => {
      if (method === 'GET' && path.includes('/batches/')) stop.abort();
      return undefined;
    },
  });
  using cli = worldOf(server, undefined, false, stop.signal);
  const { code, out, err } = await cli.run(...RUN);
  expect([code, out, err]).toEqual([130, '', expect.stringContaining('majordomo batch poll k')]);
});

it('ends with 1 if an item failed, and draws a progress bar on a terminal', { timeout: LONG }, async () => {
  await using server = await startBatchServer({
    answer: ({ text }) => (text.includes('one') ? { result: 'missing' } : 'yes'),
  });
  using cli = worldOf(server, undefined, true);
  const { code, out, err } = await cli.run(...RUN);
  expect([code, linesOf(out)]).toMatchObject([1, [{ id: 'a', error: { kind: 'protocol' } }, { id: '1' }]]);
  expect(err).toContain('█ k: done, 1/2 answered, 1 failed');
});

it.each([
  ['{"id":"a","prompt":"x"}\nnot JSON', [], /in\.jsonl:2 cannot be read: it is not valid JSON/],
  ['{"id":"a"}', [], /in\.jsonl:1 is not an item/],
  ['{"prompt":"x"}', ['--every', 'soon'], /--every must be a duration/],
  ['{"prompt":"x"}', ['--live', 'never'], /--live must be one of late, failed, both/],
  ['{"prompt":"x"}', ['--live', 'late'], /needs a deadline/],
  ['{"prompt":"x"}', ['--out', 'gone/out.jsonl'], /gone\/out\.jsonl cannot be written/],
])('rejects %j with %j, and sends nothing', { timeout: LONG }, async (file, flags, message) => {
  await using server = await startBatchServer();
  using cli = worldOf(server, { 'in.jsonl': file });
  const { code, err } = await cli.run(...RUN, ...flags);
  expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  expect((await cli.run('batch', 'status')).out).toBe('');
  expect(server.requests).toHaveLength(0);
});

it('ends with 2 for an unknown key', async () => {
  await using server = await startBatchServer();
  using cli = worldOf(server);
  for (const name of ['poll', 'status', 'results', 'cancel'])
    expect(await cli.run('batch', name, 'nothing')).toMatchObject({
      code: 2,
      err: expect.stringContaining('nothing'),
    });
});

const SCHEMA = '{"type":"object","properties":{"n":{"type":"number"}},"required":["n"]}';

it('checks answers with --schema, and prints values', { timeout: LONG }, async () => {
  await using server = await startBatchServer({
    answer: ({ text }) => (text.includes('one') ? '{"n":1}' : 'no JSON'),
  });
  using cli = worldOf(server, { 'in.jsonl': FILE, 'schema.json': SCHEMA });
  const { code, out } = await cli.run(...RUN, '--schema', 'schema.json');
  expect([code, linesOf(out)]).toMatchObject([
    1,
    [
      { id: 'a', value: { n: 1 }, nanoUsd: expect.stringMatching(/^\d+$/) },
      { id: '1', error: { kind: 'invalid-output' } },
    ],
  ]);
  expect(JSON.stringify(server.batches[0]?.items[0]?.body)).toContain('"required":["n"]');
});

it.each([
  ['[]', /schema\.json is not a JSON Schema/],
  ['{', /schema\.json cannot be read: it is not valid JSON/],
])('rejects the schema %j, and sends nothing', { timeout: LONG }, async (schema, message) => {
  await using server = await startBatchServer();
  using cli = worldOf(server, { 'in.jsonl': FILE, 'schema.json': schema });
  const { code, err } = await cli.run(...RUN, '--schema', 'schema.json');
  expect([code, err, server.requests.length]).toEqual([2, expect.stringMatching(message), 0]);
});

it('cancels batches at --deadline, and fails the rest with timeout', { timeout: LONG }, async () => {
  await using server = await startBatchServer({ looks: 1000 });
  using cli = worldOf(server);
  const { code, out } = await cli.run(...RUN, '--deadline', '1s');
  expect([code, linesOf(out)]).toMatchObject([
    1,
    [
      { id: 'a', error: { kind: 'timeout' } },
      { id: '1', error: { kind: 'timeout' } },
    ],
  ]);
  expect(server.batches.every(({ state }) => state === 'cancelled')).toBe(true);
});

it('sends live calls with --live late when less than 30 minutes remain', { timeout: LONG }, async () => {
  await using server = await startBatchServer();
  using cli = worldOf(server);
  const { code, out } = await cli.run(...RUN, '--deadline', '20m', '--live', 'late');
  expect([code, linesOf(out)]).toMatchObject([
    0,
    [
      { id: 'a', via: 'live', target: 'openai/gpt-4.1', text: expect.stringContaining('answer to') },
      { via: 'live' },
    ],
  ]);
  expect(server.batches).toEqual([]);
});

it('sends live calls with --live failed for items without an answer', { timeout: LONG }, async () => {
  await using server = await startBatchServer({
    answer: ({ id, text }) => (id !== undefined && text.includes('one') ? { result: 'expired' } : 'yes'),
  });
  using cli = worldOf(server);
  const { code, out } = await cli.run(...RUN, '--live', 'failed');
  expect([code, linesOf(out)]).toMatchObject([
    0,
    [
      { id: 'a', via: 'live', text: 'yes' },
      { id: '1', via: 'batch', text: 'yes' },
    ],
  ]);
});

it(
  'sends live calls with --live both, for items without an answer and before the deadline',
  async () => {
    await using server = await startBatchServer({
      answer: ({ id, text }) => (id !== undefined && text.includes('one') ? { result: 'expired' } : 'yes'),
    });
    using cli = worldOf(server);
    const failed = await cli.run(...RUN, '--deadline', '3h', '--live', 'both');
    expect([failed.code, linesOf(failed.out)]).toMatchObject([0, [{ via: 'live' }, { via: 'batch' }]]);
    const late = await cli.run(...RUN, '--key', 'late', '--deadline', '20m', '--live', 'both');
    expect([late.code, linesOf(late.out)]).toMatchObject([0, [{ via: 'live' }, { via: 'live' }]]);
    expect(server.batches).toHaveLength(1);
  },
  LONG,
);

it('sends the complete request of a line with id and request', { timeout: LONG }, async () => {
  await using server = await startBatchServer();
  const request = {
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'one' }] }],
    system: 'Be short.',
    maxTokens: 20,
    temperature: 0.5,
  };
  const lines = [{ id: 'r', request }, { request }].map((line) => JSON.stringify(line)).join('\n');
  using cli = worldOf(server, { 'in.jsonl': lines });
  const { code, out } = await cli.run(...RUN);
  expect([code, linesOf(out)]).toMatchObject([
    0,
    [
      { id: 'r', via: 'batch', text: 'answer to one' },
      { id: '1', text: 'answer to one' },
    ],
  ]);
  const [first, second] = server.batches[0]?.items ?? [];
  expect(first?.body).toMatchObject({ max_output_tokens: 20, temperature: 0.5 });
  expect(second?.body).toEqual(first?.body);
});

it('rejects a request of a line that is not valid, with its place', { timeout: LONG }, async () => {
  await using server = await startBatchServer();
  using cli = worldOf(server, { 'in.jsonl': '{"id":"r","request":{"messages":"hi"}}' });
  const { code, err } = await cli.run(...RUN);
  expect([code, err]).toEqual([2, expect.stringContaining('items[0].request.messages')]);
  expect(server.requests).toHaveLength(0);
});

it('prints vectors of embedding lines', { timeout: LONG }, async () => {
  await using server = await startBatchServer();
  const lines = '{"id":"v","embedding":{"values":["three"]}}\n{"embedding":{"values":["one"]}}';
  using cli = worldOf(server, { 'in.jsonl': lines });
  const run = RUN.map((word) => (word === 'openai/gpt-4.1' ? 'openai/my-embedding' : word));
  const { code, out } = await cli.run(...run);
  expect([code, linesOf(out)]).toMatchObject([
    0,
    [
      { id: 'v', target: 'openai/my-embedding', via: 'batch', vector: [5, 1] },
      { id: '1', vector: [3, 1] },
    ],
  ]);
});
