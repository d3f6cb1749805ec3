import { assistant, image, user, type ModelRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { CLI_ORDER, CLIS, type CliName } from './profiles.ts';
import { toWire, type RunSettings } from './request.ts';

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

describe('a file that a prompt mentions', () => {
  const PROMPT = 'Compare @/etc/passwd, @"a b" and me@home.example @ noon';
  const mention = { messages: [user(PROMPT)] };

  it.each(CLI_ORDER)('is read by %s only where the app wants that', (cli) => {
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

  it('may stand in any turn, and in system text that is part of the prompt', () => {
    const messages = [user('hi'), assistant('see @a'), user('and @b')];
    expect(wire('gemini', { messages }).stdin).toMatch(/@\u2060a[^]*@\u2060b/);
    expect(wire('cursor-agent', { system: 'read @c' }, { ownsCwd: false }).stdin).toContain('@\u2060c');
  });

  it('the folder of the app is not trusted on behalf of its user', () => {
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
  ])('of %s asks for machine output, and leaves model and permissions alone', (cli, args) => {
    expect(wire(cli)).toEqual({
      args: args.split(' '),
      stdin: 'hi',
      system: undefined,
      env: ENV[cli] ?? {},
      output: 'stream',
      warnings: [],
    });
  });

  it.each(['', 'default', 'unknown', 'anthropic-cli'])('for the model "%s" names none', (model) => {
    expect(wire('claude', {}, {}, model).args).not.toContain('--model');
  });

  it('for another model names it, but never as a flag', () => {
    expect(wire('opencode', {}, {}, 'a/b:c').args.slice(-2)).toEqual(['--model', 'a/b:c']);
    expect(() => wire('claude', {}, {}, '--dangerously-skip-permissions')).toThrow(
      /the CLI would read it as a flag/,
    );
  });

  it('asks for an effort where the CLI has a word for it', () => {
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

  it('asks for plain text by an option, or because an earlier call learned that', () => {
    expect(wire('claude', {}, { output: 'text' })).toMatchObject({ args: ['-p'], output: 'text' });
    expect(wire('codex', { extra: { output: 'text' } }).args).toEqual(['exec', '--skip-git-repo-check']);
  });

  it('ends with the app’s own arguments', () => {
    expect(wire('claude', {}, { args: ['--tools', ''] }).args.slice(-2)).toEqual(['--tools', '']);
  });

  it('may hold the prompt, where a flag or a mark says that it is one', () => {
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
  ] as const)('with %s is refused before anything runs', (_name, fields) => {
    expect(() => wire('claude', fields)).toThrow(expect.objectContaining({ kind: 'unsupported' }));
  });

  it.each([0, -1, 1.5])('for %d tokens is refused', (maxTokens) => {
    expect(() => wire('claude', { maxTokens })).toThrow(expect.objectContaining({ kind: 'invalid-request' }));
  });

  it('says of every setting that it is not honoured', () => {
    const { warnings } = wire('gemini', {
      maxTokens: 5,
      temperature: 1,
      topP: 1,
      stop: ['x'],
      seed: 1,
      cache: 'long',
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

  it('for a number of tokens is honoured where the CLI has a variable for it', () => {
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

it('the order is that of the CLIs that came first, and names each of them', () => {
  expect(CLI_ORDER.map((cli) => CLIS[cli].id)).toEqual([
    'anthropic-cli',
    'google-cli',
    'cursor-cli',
    'opencode',
    'codex-cli',
  ]);
});
