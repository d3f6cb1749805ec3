import { openaiChat, startWireServer } from '@majordomo/conformance';
import { expect, it } from 'vitest';
import { lab, world } from './world.ts';

const routing = JSON.stringify(import.meta.resolve('@majordomo/routing'));
const config = (presets: string, more = ''): Record<string, string> => ({
  'majordomo.config.mjs': `
    import { createRouter } from ${routing};
    const router = createRouter({ presets: ${presets}, quality: { 'openai/gpt-4.1': 0.9, 'openai/gpt-4.1-mini': 0.6 } });
    export default { router, ${more} };`,
});
const BEST = `{ best: { choose: ['openai/gpt-4.1', 'openai/gpt-4.1-mini', 'anthropic/claude-haiku-4-5', 'nobody/x'], by: 'cost-effective', needs: { reasoning: false } } }`;

it('plan shows the chain with scores, the rejected targets and the assumptions', async () => {
  using cli = world({ files: config(BEST) });
  const result = await cli.run('plan', 'best', '--prompt', 'hello');
  expect(result.err).toBe('');
  // The warnings about retirement depend on the date.
  const lines = result.out.split('\n').filter((line) => !line.includes('retired on'));
  expect([result.code, lines]).toEqual([
    0,
    [
      'best  openai/gpt-4.1-mini,openai/gpt-4.1  ranked by score',
      '     target               score  cost  speed  quality    about',
      '  1  openai/gpt-4.1-mini    8.1   6.0    1.5      0.6  $0.0016',
      '  2  openai/gpt-4.1         6.3   3.9    1.5      0.9  $0.0080',
      '  ✗ anthropic/claude-haiku-4-5  uses reasoning, which is excluded',
      '  ✗ nobody/x  unknown provider "nobody" in "nobody/x": not registered (registered: openai, anthropic) and LLM_NOBODY is not set; add the provider to providers',
      '',
    ],
  ]);
});

it('plan shows the cost of the prompt at each target of a chain, and the rule that selected the chain', async () => {
  using cli = world({
    files: config(
      `{ it: ({ request }) => (request ? 'openai/gpt-4.1,own/x' : undefined), own: 'openai/gpt-4.1' }`,
      `aliases: {}`,
    ),
    env: { LLM_OWN: 'openai://k@own.example/v1' },
  });
  const { out } = await cli.run('plan', 'it', '--prompt', 'hello');
  expect(out.split('\n').slice(0, 4)).toEqual([
    'it  openai/gpt-4.1,own/x  chosen by a function',
    '     target            about',
    '  1  openai/gpt-4.1  $0.0080',
    '  2  own/x                 ?',
  ]);
  expect(out).toContain('! own/x');
});

it('plan --json prints the plan with amounts as strings', async () => {
  using cli = world({ files: config(BEST) });
  const plan = JSON.parse((await cli.run('plan', 'best', '--json')).out) as Record<string, unknown>;
  expect(plan).toMatchObject({ reason: 'ranked', candidates: [{ target: 'openai/gpt-4.1-mini' }, {}] });
  expect((plan['candidates'] as { estimateNanoUsd: string }[])[0]?.estimateNanoUsd).toMatch(/^\d+$/);
});

it.each<[string, Record<string, string>, string]>([
  ['without a router', {}, 'no router is configured; npm install @majordomo/routing'],
  ['of another name', config(BEST), 'unknown preset "bets" (presets: best); did you mean "best"?'],
  [
    'of an invalid router',
    { 'majordomo.config.mjs': 'export default { router: {} };' },
    'router.resolver is missing',
  ],
])('plan %s prints the remedy', async (_, files, expected) => {
  using cli = world({ files });
  const result = await cli.run('plan', 'bets');
  expect([result.code, result.err]).toEqual([2, expect.stringContaining(expected)]);
});

it('ping and chat accept names of presets', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: () => 'ready' });
  using cli = world({
    env: lab(server),
    files: config(`{ both: { choose: ['lab/gpt-4o', 'lab/gpt-4o-mini'] } }`),
  });
  const pinged = await cli.run('ping', 'both');
  expect(pinged.code).toBe(0);
  expect(pinged.out).toMatch(/^lab\/gpt-4o +\d+ ms {2}✓\nlab\/gpt-4o-mini +\d+ ms {2}✓\n$/);
  expect((await cli.run('chat', 'both', 'hi')).out).toBe('ready\n');
});
