import { assistant, image, user, type ModelRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { CLI_ORDER, CLIS, type CliName } from './profiles.ts';
import { toWire, type RunSettings } from './request.ts';

const LONG_CACHE = { prefix: 'long', messages: 'long', after: 0, key: 'k' } as const;

const wire = (
  cli: CliName,
  fields: Partial<ModelRequest> = {},
  settings: Partial<RunSettings> = {},
  model = 'default',
) =>
  toWire({ messages: [user('hi')], tools: [], output: undefined, extra: {}, ...fields }, model, CLIS[cli], {
    ownsCwd: true,
    ...settings,
  });

const ENV: Partial<Record<CliName, Readonly<Record<string, string>>>> = {
  claude: { CLAUDE_CODE_DISABLE_ATTACHMENTS: '1' },
  gemini: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
};

describe('a file mentioned in a prompt', () => {
  const PROMPT = 'Compare @/etc/passwd, @"a b" and me@home.example @ noon';
  const mention = { messages: [user(PROMPT)] };

  it.each(CLI_ORDER)('is read by %s only if the application permits it', (cli) => {
    const { stdin, env, warnings } = wire(cli, mention);
    const isSwitched = env['CLAUDE_CODE_DISABLE_ATTACHMENTS'] === '1';
    expect(isSwitched).toBe(cli === 'claude');
    const isFenced = stdin === 'Compare @\u2060/etc/passwd, @\u2060"a b" and me@\u2060home.example @ noon';
    expect(isFenced).toBe(cli === 'gemini' || cli === 'cursor-agent');
    expect(isFenced || stdin === PROMPT).toBe(true);
    expect(warnings).toMatchObject(isFenced ? [{ action: 'coerced', what: '"@" in the prompt' }] : []);
    const open = wire(cli, mention, { fileMentions: true });
    expect([open.stdin, open.warnings]).toEqual([PROMPT, []]);
    expect(open.env).not.toHaveProperty('CLAUDE_CODE_DISABLE_ATTACHMENTS');
  });

  it('is found in any turn and in system text', () => {
    const messages = [user('hi'), assistant('see @a'), user('and @b')];
    expect(wire('gemini', { messages }).stdin).toMatch(/@\u2060a[^]*@\u2060b/);
    expect(wire('cursor-agent', { system: 'read @c' }, { ownsCwd: false }).stdin).toContain('@\u2060c');
  });

  it('does not trust the folder of the application', () => {
    expect(wire('gemini', {}, { ownsCwd: false }).env).toEqual({});
  });
});

describe('a command', () => {
  it.each<[CliName, string]>([
    [
      'claude',
      '-p --output-format stream-json --include-partial-messages --verbose --no-session-persistence',
    ],
    ['gemini', '--output-format stream-json'],
    ['cursor-agent', '--print --output-format stream-json'],
    ['opencode', 'run --format json'],
    ['codex', 'exec --skip-git-repo-check --ephemeral --json'],
  ])('of %s requests machine output without model and permissions', (cli, args) => {
    expect(wire(cli)).toEqual({
      args: args.split(' '),
      stdin: 'hi',
      system: undefined,
      env: ENV[cli] ?? {},
      output: 'stream',
      warnings: [],
    });
  });

  it.each(['', 'default', 'unknown', 'anthropic-cli'])('for the model "%s" names no model', (model) => {
    expect(wire('claude', {}, {}, model).args).not.toContain('--model');
  });

  it('for another model names it, but not as a flag', () => {
    expect(wire('opencode', {}, {}, 'a/b:c').args.slice(-2)).toEqual(['--model', 'a/b:c']);
    expect(() => wire('claude', {}, {}, '--dangerously-skip-permissions')).toThrow(
      /is not a model; use a name without a leading -$/,
    );
  });

  it('requests an effort if the CLI has a flag for it', () => {
    expect(wire('claude', { reasoning: 'low' }).args.slice(-2)).toEqual(['--effort', 'low']);
    expect(wire('codex', { reasoning: 'none' }).args.slice(-2)).toEqual([
      '--config',
      'model_reasoning_effort="none"',
    ]);
    expect(wire('claude', { reasoning: 'none' }).warnings).toMatchObject([{ what: 'reasoning "none"' }]);
    expect(wire('gemini', { reasoning: 'high' }).warnings).toMatchObject([
      { action: 'dropped', what: 'reasoning "high"' },
    ]);
  });

  it('requests plain text by an option or after a recovery', () => {
    expect(wire('claude', {}, { output: 'text' })).toMatchObject({ args: ['-p'], output: 'text' });
    expect(wire('codex', { extra: { output: 'text' } })).toMatchObject({
      args: ['exec', '--skip-git-repo-check'],
      warnings: [],
    });
    expect(wire('codex', { extra: { top_k: 5 } }).warnings).toEqual([
      { action: 'dropped', what: 'extra.top_k', why: 'the CLI has no setting for it' },
    ]);
  });

  it('ends with the arguments of the application', () => {
    expect(wire('claude', {}, { args: ['--tools', ''] }).args.slice(-2)).toEqual(['--tools', '']);
  });

  it('contains the prompt after a flag or a separator', () => {
    expect(wire('gemini', {}, { prompt: 'argument' })).toMatchObject({
      stdin: '',
      args: expect.arrayContaining(['--prompt']),
    });
    expect(wire('codex', {}, { prompt: 'argument' }).args.slice(-2)).toEqual(['--', 'hi']);
  });
});

describe('a request', () => {
  it.each([
    ['tools', { tools: [{ name: 'a', description: '', parameters: {} }] }],
    ['a schema', { output: { name: 'a', schema: {} } }],
    ['images', { messages: [user(image(new Uint8Array()))] }],
  ] as const)('with %s is rejected before the CLI starts', (_name, fields) => {
    expect(() => wire('claude', fields)).toThrow(expect.objectContaining({ kind: 'unsupported' }));
  });

  it.each([0, -1, 1.5])('for %d tokens is rejected', (maxTokens) => {
    expect(() => wire('claude', { maxTokens })).toThrow(expect.objectContaining({ kind: 'invalid-request' }));
  });

  it('warns about every setting that has no effect', () => {
    const { warnings } = wire('gemini', {
      maxTokens: 5,
      temperature: 1,
      topP: 1,
      stop: ['x'],
      seed: 1,
      cache: LONG_CACHE,
    });
    expect(warnings.map(({ what }) => what)).toEqual([
      'maxTokens',
      'temperature',
      'topP',
      'stop',
      'seed',
      'cache',
    ]);
  });

  it('limits the tokens if the CLI has a variable for it', () => {
    expect(wire('claude', { maxTokens: 5 })).toMatchObject({
      env: { CLAUDE_CODE_MAX_OUTPUT_TOKENS: '5' },
      warnings: [],
    });
  });

  it('of several turns is one prompt', () => {
    expect(wire('claude', { messages: [user('a'), assistant('b'), user('c')] }).stdin).toMatch(
      /<<< user\na\n\n<<< assistant\nb/,
    );
  });
});

it('lists each CLI in a fixed order', () => {
  expect(CLI_ORDER.map((cli) => CLIS[cli].id)).toEqual([
    'anthropic-cli',
    'google-cli',
    'cursor-cli',
    'opencode',
    'codex-cli',
  ]);
});
