import { parseTrajectory, toLine, type Trajectory } from '@majordomo/trajectory';
import { expect, it } from 'vitest';
import { cellsOf } from '../src/terminal/wrap-text.ts';
import { lab, serve, world } from './world.ts';

const weather = {
  name: 'weather',
  description: 'The weather in a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
};
const run: Trajectory = {
  version: 1,
  id: 'run-1',
  at: '2026-11-21T03:00:00.000Z',
  spec: 'lab/gpt-4o',
  targets: ['lab/gpt-4o'],
  system: 'Be brief.',
  tools: [weather],
  outcome: 'answered',
  metadata: {},
  usage: { input: 20, output: 9, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
  messages: [
    { role: 'user', parts: [{ type: 'text', text: 'Which shoes? '.repeat(20).trim() }] },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', text: 'The sky decides.' },
        { type: 'tool-call', id: 'c1', name: 'weather', args: { city: 'Oslo' } },
      ],
    },
    {
      role: 'tool',
      parts: [
        {
          type: 'tool-result',
          callId: 'c1',
          name: 'weather',
          content: [{ type: 'text', text: 'snow\u001b[31m' }],
        },
      ],
    },
    { role: 'assistant', parts: [{ type: 'text', text: 'Take the boots.' }] },
  ],
};
const files = { 'runs.jsonl': `${toLine(run)}\n${toLine({ ...run, id: 'run-2', outcome: 'auth' })}\n` };
it('shows runs in a readable form within 80 columns', async () => {
  using cli = world({ files, columns: 80, terminal: true });
  const { code, out } = await cli.run('trajectory', 'show', 'runs.jsonl', '--id', 'run-1');
  expect(code).toBe(0);
  expect(Math.max(...out.split('\n').map(cellsOf))).toBeLessThanOrEqual(80);
  await expect(out).toMatchFileSnapshot('screens/trajectory-show.txt');
});

it('exports runs unchanged, and as ShareGPT within a number of tokens', async () => {
  using cli = world({ files });
  const completeExport = await cli.run('trajectory', 'export', 'runs.jsonl');
  expect(
    completeExport.out
      .trim()
      .split('\n')
      .map((line) => parseTrajectory(line).id),
  ).toEqual(['run-1', 'run-2']);
  expect(parseTrajectory(completeExport.out.split('\n')[0] ?? '')).toEqual(run);
  const { out } = await cli.run('trajectory', 'export', 'runs.jsonl', '--sharegpt');
  const [first] = out.split('\n').map((line) => (line === '' ? undefined : (JSON.parse(line) as unknown)));
  expect(first).toMatchObject({
    conversations: [
      { from: 'system' },
      { from: 'human' },
      { from: 'gpt' },
      { from: 'tool' },
      { from: 'gpt' },
    ],
    timestamp: '2026-11-21T03:00:00.000Z',
    model: 'lab/gpt-4o',
    completed: true,
  });
  const long = { ...run, messages: [...run.messages, ...run.messages, ...run.messages] };
  using other = world({ files: { 'long.jsonl': toLine(long) } });
  const short = await other.run('trajectory', 'export', 'long.jsonl', '--sharegpt', '--tokens', '10');
  expect(short.out).toContain('[5 earlier entries are left out]');
});

it('requests each turn from another model, and reports the differences', async () => {
  const called = { parts: [{ type: 'tool-call', name: 'weather', json: '{"city":"Oslo"}' }] } as const;
  await using server = await serve(called, 'Take the sandals.');
  using cli = world({ files, env: lab(server) });
  const result = await cli.run(
    'trajectory',
    'replay',
    'runs.jsonl',
    '--model',
    'lab/gpt-4o',
    '--id',
    'run-1',
  );
  expect(result.code).toBe(1);
  expect(result.out).toContain('turn 1  lab/gpt-4o the same\n');
  expect(result.out).toContain('turn 2  lab/gpt-4o said "Take the sandals." instead of "Take the boots."\n');
  expect(result.out).toMatch(/\n1 of 2 turns are identical\n$/);
  expect(server.requests[1]?.request.messages).toHaveLength(4);
});

it('skips an incomplete last line and reports this', async () => {
  using cli = world({ files: { 'runs.jsonl': files['runs.jsonl'].slice(0, -40) } });
  const result = await cli.run('trajectory', 'show', 'runs.jsonl');
  expect([result.code, result.err]).toEqual([
    0,
    'runs.jsonl: the last line is incomplete or invalid and was skipped\n',
  ]);
  expect(result.out).not.toContain('run-2');
});

it.each([
  [['show', 'none.jsonl'], /none\.jsonl cannot be read/],
  [['show', 'runs.jsonl', '--id', 'run-9'], /has no run "run-9"/],
  [['show', 'bad.jsonl'], /bad\.jsonl, line 1: .* not a trajectory: expected version 1, got 3/],
  [['export', 'runs.jsonl', '--tokens', '10'], /--tokens .* requires --sharegpt/],
  [['export', 'runs.jsonl', '--sharegpt', '--tokens', '0'], /--tokens must be a positive integer/],
  [['replay', 'runs.jsonl'], /--model/],
])('rejects %j', async (argv, message) => {
  using cli = world({ files: { ...files, 'bad.jsonl': '{"version":3}\n\n' } });
  const result = await cli.run('trajectory', ...argv);
  expect([result.code, result.out]).toEqual([2, '']);
  expect(result.err).toMatch(message);
});
