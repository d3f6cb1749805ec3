import { expect, it } from 'vitest';
import { lint, messages, testReported } from './lint.ts';

const REPORTED: readonly (readonly [what: string, code: string])[] = [
  ['env.AI.run', "await env.AI.run('@cf/meta/llama-3.1-8b-instruct', { prompt });"],
  ['env.ai.run', "await env.ai.run('@cf/meta/llama-3.1-8b-instruct', { messages });"],
  [
    'a model behind a type assertion',
    "await env.ai.run('@cf/x/y' as Parameters<Ai['run']>[0], { messages });",
  ],
  ['a model from a constant', "const MODEL = '@cf/meta/m2m100';\nenv.AI.run(MODEL, input);"],
  ['an unknown model', 'env.AI.run(config.model, payload);'],
  ['a model behind a condition', "const m = fast ? '@cf/a/b' : env.model;\nthing.run(m, {});"],
  [
    'a run behind a type assertion',
    '(config.ai.run as (m: string, i: unknown) => Promise<unknown>)(config.model, { messages });',
  ],
  ['optional chaining', "await c.env?.AI?.run('@cf/x/y', {});"],
  ['an index', "await env['AI'].run('@cf/x/y', {});"],
  ['this.env', "class A { go() { return this.env.AI.run('@cf/x/y', {}); } }"],
  ['a destructured binding', 'const { AI } = env;\nAI.run(model, { messages });'],
  ['a renamed binding', 'const { AI: brain } = c.env;\nbrain.run(model, { prompt });'],
  ['a destructured parameter', 'export const ask = ({ AI: brain }: Env) => brain.run(model, { prompt });'],
  ['a binding in a variable', 'const workers = env.AI;\nworkers.run(model, { prompt });'],
  ['a borrowed run', 'const { run } = env.AI;\nrun.call(env.AI, model, { prompt });'],
  ['a bound run', "const run = env.AI.run.bind(env.AI);\nrun('@cf/x/y', {});"],
  [
    'a parameter typed Ai',
    'export const ask = (brain: Ai, text: string) => brain.run(pick(text), make(text));',
  ],
  ['a field typed Ai', 'class A { private brain: Ai; go(x) { return this.brain.run(pick(x), make(x)); } }'],
  [
    'a constructor property typed Ai',
    'class A { constructor(private readonly brain: Ai) {} go(x) { return this.brain.run(pick(x), x); } }',
  ],
  ['a third-party model through the binding', "env.AI.run('openai/gpt-5', { input });"],
  ['the gateway of the binding', "env.AI.gateway('house').run({ provider: 'openai', endpoint: 'x' });"],
];

testReported('no-raw-ai-binding', REPORTED);

it('accepts a route that begins like a model', () => {
  expect(lint("router.run('@cf/route');")).toEqual([]);
});

it('accepts additional names', () => {
  const code = 'env.BRAIN.run(env.MODEL, { prompt });';
  expect(lint(code)).toEqual([]);
  expect(lint(code, { options: { bindings: ['BRAIN'] } })).toEqual(['no-raw-ai-binding:1']);
});

it.each([
  ["env.AI.run('@cf/x/y', {});", 'env.AI.run', '{ binding: env.AI }'],
  ["this.config.ai.run('@cf/x/y', {});", 'this.config.ai.run', '{ binding: this.config.ai }'],
  ["(ai.run as Run)('@cf/x/y', {});", 'ai.run as Run', '{ binding: env.AI }'],
])('reports %s with its binding and the package to use', (code, callee, binding) => {
  const [first] = messages(code);
  expect(first?.message).toMatch(
    /^Raw Workers AI call \(`.+`\)\. Use a majordomo model that one shared module creates with /,
  );
  expect(first?.message).toContain(`(\`${callee}\`)`);
  expect(first?.message).toContain(
    `createCloudflare(${binding}) from @majordomo/provider-cloudflare: https://`,
  );
});
