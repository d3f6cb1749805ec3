import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFaultyServer } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { folder } from './built.ts';
import { started } from './started.ts';
import { world } from './world.ts';

const LONG = 120_000;

/** Module of an evaluation without a majordomo. Its types require TypeScript. */
const moduleOf = (name: string, right: string, trials = 3): string => `
interface Output { readonly text: string }
interface Context { model(spec: string): { generate(request: object): Promise<object> } }
export default {
  name: '${name}',
  cases: Array.from({ length: 20 }, (_, at) => ({ id: \`c\${at}\`, input: \`question \${at}\`, tags: at < 2 ? ['smoke'] : [] })),
  trials: ${trials},
  subject: (input: string, { model }: Context) =>
    model('anthropic/claude-haiku-4-5').generate({ messages: [{ role: 'user', parts: [{ type: 'text', text: input }] }] }),
  checks: { right: ({ text }: Output) => ${right} },
};`;

async function run(
  cwd: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const running = started(['eval', ...argv], { cwd, env });
  return { code: await running.exitCode, out: running.out(), err: running.err() };
}

it(
  'records with the configured vendor, replays without key and server, and ends with the code of the verdict',
  async () => {
    const cwd = folder({
      'good.eval.ts': moduleOf('good', "text === 'It works.'"),
      'bad.eval.ts': moduleOf('bad', 'true', 1),
      'worse.eval.ts': moduleOf('good', 'false'),
    });
    expect((await run(cwd, ['run', 'good.eval.ts'])).code).toBe(4);

    const server = await startFaultyServer(() => 'It works.');
    const env = { ANTHROPIC_API_KEY: 'sk-test', ANTHROPIC_BASE_URL: server.anthropicBaseURL };
    const recorded = await run(cwd, ['run', 'good.eval.ts', 'bad.eval.ts', '--record', '--accept'], env);
    expect(recorded).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('accepted as the baseline'),
    });
    await server.close();
    expect(server.requests).toHaveLength(80);
    for (const file of ['good.recordings.jsonl', 'good.baseline.jsonl', 'bad.baseline.jsonl'])
      expect(existsSync(join(cwd, file)), file).toBe(true);

    const reports = ['.md', '.xml', '.html', '.jsonl'].flatMap((extension) => [
      '--report',
      `out/good${extension}`,
    ]);
    const replayed = await run(cwd, ['run', 'good.eval.ts', ...reports]);
    expect(replayed).toMatchObject({ code: 0, out: expect.stringMatching(/^good: pass\n/) });
    const report = (extension: string): string => readFileSync(join(cwd, `out/good${extension}`), 'utf8');
    expect(report('.md')).toMatch(/^<!-- majordomo-eval:good -->/);
    expect(report('.xml')).toMatch(/<testcase classname="good" name="right"\/>/);
    expect(report('.html')).toMatch(/^<!doctype html>/);

    const part = await run(cwd, ['run', 'bad.eval.ts', '--only', 'smoke']);
    expect(part).toMatchObject({ code: 0, out: expect.stringContaining('over 2 cases') });
    const failed = await run(cwd, ['run', 'bad.eval.ts', 'worse.eval.ts', '--report', 'all.jsonl']);
    expect(failed).toMatchObject({ code: 1, out: expect.stringContaining('right is worse: 1.000 before') });

    const compared = await run(cwd, ['compare', 'out/good.jsonl', 'all-good.jsonl', '--report', 'all.md']);
    expect(compared).toMatchObject({ code: 1, err: '' });
    expect(readFileSync(join(cwd, 'all.md'), 'utf8')).toContain('right is worse');
    const same = await run(cwd, ['compare', 'out/good.jsonl', 'out/good.jsonl']);
    expect(same.code).toBe(0);
    const failedCase = await run(cwd, ['show', 'all-good.jsonl', '--case', 'c7', '--failed']);
    expect(failedCase).toMatchObject({ code: 0, out: expect.stringContaining('c7#3\nResults\n  right 0') });
    expect(failedCase.out).not.toContain('\nc8#1\nResults');
  },
  LONG,
);

it(
  'ends with 2 and one line for a module, a file or an option that is invalid',
  async () => {
    const cwd = folder({
      'throws.eval.mjs': "throw new Error('no such table\\nsecond line')",
      'empty.eval.mjs': 'export default {};',
      'invalid.eval.mjs': "export default { name: '../x', cases: [], subject: () => '' };",
      'free.eval.mjs':
        "export default { name: 'free', cases: [{ id: 'a', input: 1 }], subject: () => 'x', checks: { ok: () => 1 } };",
      'other.jsonl': '{}\n',
    });
    const attempts: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
      [['run', 'throws.eval.mjs'], /^majordomo: throws\.eval\.mjs cannot be loaded: no such table\n$/],
      [['run', 'empty.eval.mjs'], /^majordomo: empty\.eval\.mjs does not export an evaluation/],
      [['run', 'invalid.eval.mjs'], /^config: evaluate: `name` must have/],
      [['run', 'free.eval.mjs', '--trials', 'many'], /^config: evaluation free: trials must be an integer/],
      [
        ['run', 'free.eval.mjs', '--live', '--report', 'other.jsonl/x.md'],
        /^majordomo: --report other\.jsonl\/x\.md: .*\n$/,
      ],
      [['show', 'other.jsonl'], /^majordomo: .*other\.jsonl: the file is not/],
    ];
    for (const [argv, message] of attempts) {
      const { code, err } = await run(cwd, argv);
      expect([argv, code, err]).toEqual([argv, 2, expect.stringMatching(message)]);
    }
    const flags = ['--live', '--allow-inconclusive', '--report', 'free.jsonl'];
    const allowed = await run(cwd, ['run', 'free.eval.mjs', ...flags]);
    expect([allowed.code, allowed.err]).toEqual([0, '']);
    const unknown = await run(cwd, ['show', 'free.jsonl', '--case', 'b']);
    expect([unknown.code, unknown.err]).toEqual([2, 'majordomo: free.jsonl has no case "b"\n']);
  },
  LONG,
);

it.each([
  [['run', 'x.eval.ts', '--record', '--live'], /--record and --live cannot be used together/],
  [['run', 'x.eval.ts', '--report', 'x.pdf'], /--report x\.pdf: the extension must be one of \.md/],
  [['run', 'x.eval.ts'], /^majordomo: x\.eval\.ts cannot be read: the file does not exist\n$/],
  [['compare', 'a.jsonl', 'b.jsonl'], /a\.jsonl: the file does not exist/],
  [['run'], /missing required argument/],
])('rejects %j', async (argv, message) => {
  using cli = world();
  const { code, err } = await cli.run('eval', ...argv);
  expect([code, err]).toEqual([2, expect.stringMatching(message)]);
});

it('draws a progress bar on a terminal', async () => {
  const files = {
    'free.eval.mjs': "export default { name: 'free', cases: [{ id: 'a', input: 1 }], subject: () => 'x' };",
  };
  using cli = world({ files, canErase: true });
  const { code, out, err } = await cli.run('eval', 'run', 'free.eval.mjs', '--live');
  expect([code, out.split('\n')[0]]).toEqual([3, 'free: inconclusive']);
  expect(err).toContain('█ 1/1');
  expect(err.endsWith('\r\u001B[K')).toBe(true);
});
