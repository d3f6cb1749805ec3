import { lstatSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WireServer } from '@majordomo/conformance';
import { expect, it, vi } from 'vitest';
import { lab, serve, world, type WorldOptions } from './world.ts';

it('prints only the answer to a pipe, and the target on stderr', async () => {
  await using server = await serve('Hello.');
  using cli = world({ env: lab(server) });
  const result = await cli.run('chat', 'lab/gpt-4o', 'hi');
  expect([result.code, result.out]).toEqual([0, 'Hello.\n']);
  expect(result.err).toMatch(/^lab\/gpt-4o · 12 in, 5 out · \d+\.\d s\n$/);
});

it('prints the cost of the answer if the price is known', async () => {
  await using server = await serve('Hello.');
  const { LLM_LAB } = lab(server);
  using cli = world({ env: { LLM_LAB: `${LLM_LAB ?? ''}?vendor=openai` } });
  const { err } = await cli.run('chat', 'lab/gpt-4o', 'hi');
  // 12 tokens at 2.50 USD a million, 5 at 10.
  expect(err).toMatch(/^lab\/gpt-4o · \$0\.000080 · 12 in, 5 out · \d+\.\d s\n$/);
});

it('prints at the end why the first target did not answer', async () => {
  await using server = await serve({ failure: 'not-found' }, 'Hello.');
  using cli = world({ env: lab(server) });
  const result = await cli.run('chat', 'lab/gone,lab/gpt-4o', 'hi');
  expect(result.out).toBe('Hello.\n');
  expect(result.err).toContain('\n  lab/gone failed: not-found (404)\n');
});

it('prints a repeated failure once', async () => {
  await using server = await serve({ failure: 'overloaded' }, { failure: 'overloaded' }, 'Hello.');
  const config = { chain: { backoff: { baseMs: 1 } } };
  using cli = world({
    env: lab(server),
    files: { 'majordomo.config.json': JSON.stringify(config) },
  });
  const result = await cli.run('chat', 'lab/full,lab/gpt-4o', 'hi');
  expect(result.err).toContain('\n  lab/full failed: overloaded (529), 2 times\n');
});

it('prints the names of requested tools on stderr if the output is a pipe', async () => {
  const call = { type: 'tool-call', name: 'weather', json: '{"city":"Oslo"}' } as const;
  await using server = await serve({ parts: [call] });
  using cli = world({ env: lab(server) });
  const result = await cli.run('chat', 'lab/gpt-4o', 'hi', '-q');
  expect([result.out, result.err]).toEqual(['', '→ weather({"city":"Oslo"})\n']);
});

it('prints the failure of each target once if all targets fail', async () => {
  await using server = await serve(
    { failure: 'overloaded' },
    { failure: 'overloaded' },
    { failure: 'not-found' },
  );
  const config = { chain: { backoff: { baseMs: 1 } } };
  using cli = world({ env: lab(server), files: { 'majordomo.config.json': JSON.stringify(config) } });
  const result = await cli.run('chat', 'lab/full,lab/gone', 'hi');
  expect([result.code, result.out]).toEqual([1, '']);
  expect(result.err).toMatch(
    /^exhausted: no target answered\n {2}lab\/full: overloaded, 2 times\n {4}lab\/full answered 529.*\n {2}lab\/gone: not-found\n {4}lab\/gone answered 404.*\n$/,
  );
});

it('streams to a terminal, marks a restart and escapes control characters', async () => {
  await using server = await serve(
    { fault: 'cut', at: { content: 2 }, answer: 'A butler is a servant' },
    { parts: [{ type: 'text', text: 'Done\u001B[2J.' }] },
  );
  using cli = world({ env: lab(server), terminal: true });
  const result = await cli.run('chat', 'lab/gpt-4o', 'hi', '-q');
  expect(result.code).toBe(0);
  expect(result.out).toMatch(
    /^A butler.*\n\(lab\/gpt-4o failed: network; the answer starts over\)\nDone\[2J\.\n$/,
  );
  expect(result.err).toBe('');
});

it('adds piped input to the prompt', async () => {
  await using server = await serve('ok');
  using cli = world({ env: lab(server), stdin: { kind: 'pipe', text: 'the notes\n' } });
  await cli.run('chat', 'lab/gpt-4o', 'Sum up');
  expect(server.requests[0]?.body).toMatchObject({
    messages: [{ role: 'user', content: 'Sum up\n\nthe notes' }],
  });
});

it.each([
  ['does not wait for a parent process that left its socket open', ['hi'], 'hi'],
  ['reads a socket if the argument is -', ['-'], 'from a program'],
])('%s', async (_name, args, content) => {
  await using server = await serve('ok');
  using cli = world({ env: lab(server), stdin: { kind: 'socket', text: 'from a program' } });
  await cli.run('chat', 'lab/gpt-4o', ...args);
  expect(server.requests[0]?.body).toMatchObject({ messages: [{ content }] });
});

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

it('detects images and texts by their content, not by their names', async () => {
  await using server = await serve('ok');
  using cli = world({ env: lab(server), files: { 'photo.txt': PNG, 'notes.md': '# Notes' } });
  await cli.run('chat', 'lab/gpt-4o', '-f', 'photo.txt', '-f', 'notes.md', 'Compare');
  const sent = JSON.stringify(server.requests[0]?.body);
  expect(sent).toContain('data:image/png;base64,iVBORw0KGgo');
  expect(sent).toContain('<file name=\\"notes.md\\">\\n# Notes\\n</file>');
});

it('--json prints one document for an answer and for an error', async () => {
  await using server = await serve('Hello.', { failure: 'auth' });
  using cli = world({ env: lab(server) });
  const good = await cli.run('chat', 'lab/gpt-4o', 'hi', '--json');
  expect(JSON.parse(good.out)).toMatchObject({ text: 'Hello.', target: 'lab/gpt-4o', finish: 'stop' });
  const bad = await cli.run('chat', 'lab/gpt-4o', 'hi', '--json');
  expect([bad.code, JSON.parse(bad.out)]).toMatchObject([1, { error: { kind: 'auth' } }]);
});

it('--events prints one line per event', async () => {
  await using server = await serve('Hello.');
  using cli = world({ env: lab(server) });
  const { out } = await cli.run('chat', 'lab/gpt-4o', 'hi', '--events');
  const types = out
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { type: string }).type);
  expect(types[0]).toBe('call-start');
  expect(types).toEqual(
    expect.arrayContaining(['attempt-start', 'start', 'text-delta', 'finish', 'call-end']),
  );
  expect(types.slice(-2)).toEqual(['finish', 'call-end']);
});

it('--schema prints the validated value', async () => {
  await using server = await serve('{"city":"Oslo"}');
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  using cli = world({ env: lab(server), files: { 'city.json': JSON.stringify(schema) } });
  const { out } = await cli.run('chat', 'lab/gpt-4o', 'Where?', '--schema', 'city.json');
  expect(JSON.parse(out)).toEqual({ city: 'Oslo' });
});

it('continues a saved conversation, including images', async () => {
  await using server = await serve('A dot.', 'Red.');
  using cli = world({ env: lab(server), files: { 'a.png': PNG } });
  await cli.run('chat', 'lab/gpt-4o', 'What is it?', '-f', 'a.png', '--save', 'talk.json');
  await cli.run('chat', 'lab/gpt-4o', 'Which colour?', '--load', 'talk.json');
  const [first, second] = server.requests.map(({ body }) => body as { messages: unknown[] });
  expect(second?.messages.slice(0, 1)).toEqual(first?.messages);
  expect(second?.messages).toHaveLength(3);
  expect(readdirSync(cli.cwd).sort()).toEqual(['a.png', 'talk.json']);
});

it('holds a conversation with a user, and can repeat a failed turn', async () => {
  await using server = await serve('One.', { failure: 'invalid' }, 'Two.');
  using cli = world({
    env: lab(server),
    terminal: true,
    stdin: { kind: 'terminal' },
    answers: ['first', 'second', ' ', 'second', '/exit'],
  });
  const result = await cli.run('chat', 'lab/gpt-4o', '--system', 'Be brief');
  expect(result.code).toBe(0);
  expect(result.out).toBe('One.\nTwo.\n');
  expect(result.err).toContain('invalid-request:');
  expect((server.requests[2]?.body as { messages: unknown[] }).messages).toHaveLength(4);
});

it('closes the connection of an interrupted answer and exits with code 130', async () => {
  await using server = await serve({ fault: 'stall', at: { content: 1 }, answer: 'Hello there, you' });
  const interrupt = new AbortController();
  using cli = world({
    env: lab(server),
    terminal: true,
    signal: interrupt.signal,
    onOut: () => interrupt.abort(),
  });
  const result = await cli.run('chat', 'lab/gpt-4o', 'hi');
  expect([result.code, result.err]).toEqual([130, '']);
  await expect.poll(() => server.requests[0]?.closedByClient).toBeGreaterThan(0);
});

it('writes images to numbered files', async () => {
  const testing = JSON.stringify(import.meta.resolve('@majordomo/testing'));
  const config = `
    import { fakeProvider } from ${testing};
    const picture = (byte) => ({ type: 'image', mediaType: 'image/png', bytes: new Uint8Array([byte]) });
    export default { providers: [fakeProvider({ id: 'art', models: { draw: [{ images: [picture(1), picture(2)] }] } })] };`;
  using cli = world({ files: { 'majordomo.config.mjs': config } });
  const result = await cli.run('chat', 'art/draw', 'a cat', '--image', 'cat.png');
  expect([result.code, result.out]).toEqual([0, 'cat.png\ncat-2.png\n']);
  expect([...readFileSync(join(cli.cwd, 'cat-2.png'))]).toEqual([2]);
});

it('rejects a file for images that cannot be written before it calls a model', async () => {
  await using server = await serve('One.');
  using cli = world({ env: lab(server) });
  const result = await cli.run('chat', 'lab/draw', 'a cat', '--image', 'gone/cat.png');
  expect([result.code, server.requests.length]).toEqual([2, 0]);
  expect(result.err).toContain('gone/cat.png cannot be written');
});

const usageErrors: readonly [string, string[], string, WorldOptions?][] = [
  ['an invalid spec', ['chat', 'a/x,,', 'hi'], 'character 4'],
  ['no question', ['chat', 'openai/gpt-x'], 'the prompt is empty'],
  ['an unknown provider', ['chat', 'nope/x', 'hi'], 'LLM_NOPE is not set'],
  ['two forms of output', ['chat', 'openai/x', 'hi', '--json', '--events'], 'cannot be used together'],
  [
    'a file that does not exist',
    ['chat', 'openai/x', 'hi', '-f', 'gone.md'],
    'gone.md cannot be read: the file does not exist',
  ],
  [
    'text instead of an image',
    ['chat', 'openai/x', 'hi', '--image', 'cat.png', '-f', 'a.md'],
    'a.md is not an image',
    { files: { 'a.md': '# A' } },
  ],
  ['a prompt without quotes', ['chat', 'openai/x', 'why', 'is', 'it'], 'quote a prompt of several words'],
  [
    'a file of an unsupported type',
    ['chat', 'openai/x', 'hi', '-f', 'a.bin'],
    'has an unsupported type',
    { files: { 'a.bin': '\0\u0001' } },
  ],
  [
    'an invalid conversation file',
    ['chat', 'openai/x', 'hi', '--load', 'a.json'],
    'not a saved conversation',
    { files: { 'a.json': '{"messages":[1]}' } },
  ],
  [
    'an invalid schema, whose content is not printed',
    ['chat', 'openai/x', 'hi', '--schema', 'a.md'],
    'a.md cannot be read: it is not valid JSON',
    { files: { 'a.md': '# sk-secret' } },
  ],
  ['a wrong number', ['chat', 'openai/x', 'hi', '--max-tokens', 'many'], 'positive integer'],
  ['an unknown option', ['chat', '--frobnicate'], 'unknown option'],
  ['an unknown command', ['frobnicate'], 'unknown command'],
  [
    'a mistake in the configuration',
    ['chat', 'openai/x', 'hi'],
    'modle is not a known member',
    { files: { 'majordomo.config.json': '{"modle":"a"}' } },
  ],
];

it.each<(typeof usageErrors)[number]>(usageErrors)(
  '%s is a usage error with a reason',
  async (...mistake) => {
    const [, argv, expected, options] = mistake;
    using cli = world(options);
    const result = await cli.run(...argv);
    expect([result.code, result.out]).toEqual([2, '']);
    expect(result.err).toContain(expected);
  },
);

it('reports the install command of a missing provider package', async () => {
  const { loadPackage } = await import('../src/program/load-package.ts');
  await expect(loadPackage('@majordomo/provider-nowhere', '/', 'nowhere')).rejects.toThrow(
    'nowhere needs @majordomo/provider-nowhere; npm install @majordomo/provider-nowhere',
  );
});

it('reports the name of a broken provider package without a stack trace', async () => {
  const folder = 'node_modules/@majordomo/provider-broken';
  using cli = world();
  mkdirSync(join(cli.cwd, folder), { recursive: true });
  writeFileSync(join(cli.cwd, folder, 'package.json'), '{"main":"./index.mjs"}');
  writeFileSync(join(cli.cwd, folder, 'index.mjs'), "throw new Error('no sharp here');");
  const { loadPackage, trustPackagesOf } = await import('../src/program/load-package.ts');
  trustPackagesOf(cli.cwd);
  await expect(loadPackage('@majordomo/provider-broken', cli.cwd, 'broken')).rejects.toThrow(
    '@majordomo/provider-broken cannot be loaded: no sharp here',
  );
});

it('explains the first steps in three lines if nothing is configured', async () => {
  using cli = world();
  const result = await cli.run('chat');
  expect([result.code, result.err.trimEnd().split('\n').length]).toEqual([2, 3]);
  expect(result.err).toContain('majordomo demo');
});

it('explains the first steps, or lists the commands, if there are no arguments', async () => {
  using cli = world();
  expect((await cli.run()).err).toContain('majordomo demo');
  using configured = world({ env: { OPENAI_API_KEY: 'sk-secret-of-mine' } });
  const result = await configured.run();
  expect([result.code, result.out]).toEqual([0, expect.stringContaining('Usage: majordomo')]);
});

it('lists the configured vendors if a key but no model is configured', async () => {
  using cli = world({ env: { OPENAI_API_KEY: 'sk-secret-of-mine' } });
  const result = await cli.run('chat');
  expect(result.err).toContain('Configured providers: openai.');
  expect(result.err).not.toContain('secret');
});

it.each([['--json'], ['--events'], ['--schema', 's.json']])(
  '%s escapes control characters',
  async (...flags) => {
    const steering = 'a\u009B2Jb\u009D52;c;eA==\u0007c\u202Ed\u2066e';
    await using server = await serve(
      flags[0] === '--schema'
        ? JSON.stringify({ said: steering })
        : { parts: [{ type: 'text', text: steering }] },
    );
    using cli = world({ env: lab(server), terminal: true, files: { 's.json': '{"type":"object"}' } });
    const result = await cli.run('chat', 'lab/gpt-4o', 'hi', ...flags);
    expect([result.code, result.out]).toEqual([0, expect.stringContaining('\\u202e')]);
    expect(result.out + result.err).toMatch(/^[\x20-\x7E\n·]*$/);
  },
);

it('--save does not follow links, and writes a file that only its owner can read', async () => {
  await using server = await serve('Hello.');
  using cli = world({ env: lab(server), files: { other: 'precious' } });
  symlinkSync(join(cli.cwd, 'other'), join(cli.cwd, 'c.json.part'));
  symlinkSync(join(cli.cwd, 'other'), join(cli.cwd, 'c.json'));
  await cli.run('chat', 'lab/gpt-4o', 'hi', '--save', 'c.json');
  expect(readFileSync(join(cli.cwd, 'other'), 'utf8')).toBe('precious');
  expect(lstatSync(join(cli.cwd, 'c.json')).isFile()).toBe(true);
  if (process.platform !== 'win32') expect(lstatSync(join(cli.cwd, 'c.json')).mode & 0o777).toBe(0o600);
  expect(readdirSync(cli.cwd).filter((name) => name.includes('.part'))).toEqual(['c.json.part']);
});

it('sends the settings of the call', async () => {
  await using server = await serve('Hello.');
  using cli = world({ env: lab(server) });
  const flags = ['--temperature', '0.2', '--reasoning', 'low', '--max-tokens', '50'];
  const options = ['-o', 'seed=7', '-o', 'topP=0.9', '-o', 'stop=["END"]', '-o', 'user=me'];
  expect((await cli.run('chat', 'lab/gpt-4o', 'hi', ...flags, ...options)).code).toBe(0);
  expect(server.requests[0]?.body).toMatchObject({
    temperature: 0.2,
    reasoning_effort: 'low',
    seed: 7,
    top_p: 0.9,
    stop: ['END'],
    user: 'me',
  });
});

it.each([
  [['--temperature', 'warm'], '--temperature must be a number'],
  [['--reasoning', 'hgih'], 'none, minimal, low, medium, high, xhigh, max; did you mean "high"?'],
  [['-o', 'seed'], '-o must be key=value'],
])('%j is rejected before any request', async (flags, expected) => {
  using cli = world();
  const result = await cli.run('chat', 'openai/x', 'hi', ...flags);
  expect([result.code, result.err]).toEqual([2, expect.stringContaining(expected)]);
});

it('explains specs and suggests listed models for a name that is neither a model nor an alias', async () => {
  const testing = JSON.stringify(import.meta.resolve('@majordomo/testing'));
  const config = `
    import { fakeProvider } from ${testing};
    const listed = ['gpt-5', 'gpt-5-mini', 'o9'].map((id) => ({ id, provider: 'own', capabilities: {} }));
    export default { aliases: { smart: 'own/o9' }, providers: [{ ...fakeProvider({ id: 'own', models: {} }), listModels: async () => listed }] };`;
  using cli = world({ files: { 'majordomo.config.mjs': config } });
  const result = await cli.run('chat', 'gpt-5', 'hi');
  expect(result.code).toBe(2);
  expect(result.err).toContain('a target is written provider/model');
  expect(result.err).toContain('Listed: own/gpt-5, own/gpt-5-mini');
  expect((await cli.run('chat', 'smrt', 'hi')).err).toContain('aliases: smart');
  expect((await cli.run('chat', 'smrt', 'hi')).err).toContain('did you mean "smart"?');
});

it('a rate limit error states when to try again', async () => {
  await using server = await serve({
    failure: 'rate-limit',
    retryAfter: { seconds: 45 },
  });
  using cli = world({ env: lab(server) });
  const result = await cli.run('chat', 'lab/gpt-4o', 'hi');
  expect([result.code, result.err]).toEqual([1, expect.stringContaining('retry in 45 s')]);
});

const TERMINAL = { terminal: true, stdin: { kind: 'terminal' } } as const;
type Sent = { readonly messages: readonly { readonly content: unknown }[]; readonly model: string };
const sent = (server: WireServer, index: number): Sent => server.requests[index]?.body as Sent;

it('sends a block between """ and pasted text as one question', async () => {
  await using server = await serve('One.', 'Two.');
  const answers = ['"""first line', 'second', 'third"""', 'pasted\nat once', '/quit'];
  using cli = world({ ...TERMINAL, env: lab(server), answers });
  expect((await cli.run('chat', 'lab/gpt-4o')).code).toBe(0);
  expect(sent(server, 0).messages.at(-1)?.content).toBe('first line\nsecond\nthird');
  expect(sent(server, 1).messages.at(-1)?.content).toBe('pasted\nat once');
});

it('handles slash commands without sending them', async () => {
  await using server = await serve('One.', 'Two.', 'Three.', 'Four.');
  using cli = world({
    ...TERMINAL,
    env: lab(server),
    files: { 'note.txt': 'the note' },
    answers: [
      '/help',
      '/frobnicate all',
      'first',
      '/model lab/other',
      '/model lab',
      '/system Be brief.',
      '/attach note.txt',
      '/attach nowhere.txt',
      'second',
      '/retry',
      '/save talk.json',
      '/undo',
      'third',
      '/quit',
    ],
  });
  const result = await cli.run('chat', 'lab/gpt-4o');
  expect([result.code, result.out]).toEqual([0, 'One.\nTwo.\nThree.\nFour.\n']);
  expect(result.err).toMatch(/\/retry +repeat the last question/);
  expect(result.err).toContain('/frobnicate is not a command and was not sent');
  expect(result.err).toContain('unknown name "lab"');
  expect(result.err).toContain('nowhere.txt cannot be read');
  expect(server.requests.map((_request, index) => sent(server, index).model)).toEqual([
    'gpt-4o',
    'other',
    'other',
    'other',
  ]);
  const second = JSON.stringify(sent(server, 1).messages);
  expect(second).toContain('Be brief.');
  expect(second).toContain('the note');
  expect(sent(server, 2).messages).toEqual(sent(server, 1).messages);
  expect(JSON.stringify(sent(server, 3).messages)).not.toContain('the note');
  const saved = JSON.parse(readFileSync(join(cli.cwd, 'talk.json'), 'utf8')) as Sent;
  expect(saved.messages).toHaveLength(4);
});

it('loads a saved conversation during another conversation', async () => {
  await using server = await serve('One.', 'Two.', 'Three.');
  const answers = [
    'first',
    '/save a.json',
    '/save b.json',
    '/undo',
    'other',
    '/load a.json',
    'second',
    '/quit',
  ];
  using cli = world({ ...TERMINAL, env: lab(server), answers });
  await cli.run('chat', 'lab/gpt-4o');
  expect(sent(server, 2).messages.map(({ content }) => content)).toEqual(['first', 'One.', 'second']);
});

it('Ctrl-C stops one answer, and the conversation continues', async () => {
  await using server = await serve(
    { fault: 'stall', at: { content: 1 }, answer: 'Hello there, you' },
    'Again.',
  );
  const turns: AbortController[] = [];
  using cli = world({
    ...TERMINAL,
    env: lab(server),
    answers: ['first', '/retry', '/quit'],
    turnSignal: () => {
      turns.push(new AbortController());
      return turns.at(-1)!.signal;
    },
    onOut: (text) => {
      if (text.includes('Hello')) turns.at(-1)?.abort();
    },
  });
  const result = await cli.run('chat', 'lab/gpt-4o');
  expect(result.code).toBe(0);
  expect(result.err).toContain('(stopped; /retry repeats the question)');
  expect(result.out).toMatch(/Hello[\s\S]*Again\.\n$/);
  await expect.poll(() => server.requests[0]?.closedByClient).toBeGreaterThan(0);
  expect(sent(server, 1).messages).toHaveLength(1);
});

it('prints a notice while it waits for an open pipe', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await using server = await serve('Hello.');
  let close = (_text: string): void => undefined;
  const reading = new Promise<string>((resolve) => {
    close = resolve;
  });
  using cli = world({ env: lab(server), stdin: { kind: 'pipe', reading } });
  const running = cli.run('chat', 'lab/gpt-4o', 'hi');
  await expect.poll(() => vi.getTimerCount()).toBeGreaterThan(0);
  vi.advanceTimersByTime(1000);
  vi.useRealTimers();
  close('');
  expect((await running).err).toContain('waiting for standard input to end');
});

it('sends a long conversation with a summary, prints a notice, and stores all messages', async () => {
  const long = (topic: string): string => `${topic} `.repeat(9000);
  await using server = await serve(...Array.from('1234567'), 'They talked.', '8', '9');
  const answers = Array.from('abcdefgh').map(long);
  using cli = world({
    ...TERMINAL,
    env: lab(server),
    answers: [...answers, 'and now?', '/context', '/save talk.json', '/quit'],
  });
  const result = await cli.run('chat', 'lab/gpt-4o');
  expect(result.out).toBe('1\n2\n3\n4\n5\n6\n7\n8\n9\n');
  expect(result.err).toMatch(/\(messages 4 to \d+ are sent as a summary: [\d,]+ → [\d,]+ tokens\)/);
  expect(result.err).toMatch(
    /█+.* % *: about [\d,]+ of 128,000 tokens; summarized from 64,000 on, 1 summaries/,
  );
  expect(JSON.stringify(sent(server, 7).messages)).toContain('You keep the memory');
  expect(JSON.stringify(sent(server, 8).messages)).toContain('They talked.');
  const saved = JSON.parse(readFileSync(join(cli.cwd, 'talk.json'), 'utf8')) as {
    readonly messages: unknown[];
  };
  expect(saved.messages).toHaveLength(18);
});

it('/title changes the title in the file and in the log', async () => {
  await using server = await serve('One.', 'Two.', 'Three.');
  using cli = world({
    ...TERMINAL,
    env: lab(server),
    answers: ['/title', '/title Dinner on Sunday', 'soup?', '/save talk.json', 'salt?', '/quit'],
  });
  const titleOf = (file: string): unknown =>
    (JSON.parse(readFileSync(join(cli.cwd, file), 'utf8')) as { readonly title: unknown }).title;
  const result = await cli.run('chat', 'lab/gpt-4o', '--log');
  expect(result.err).toMatch(/the conversation has no title\n.*Dinner on Sunday\n/s);
  expect(titleOf('talk.json')).toBe('Dinner on Sunday');
  expect((await cli.run('log')).out).toContain('Dinner on Sunday');
  await cli.run('chat', 'lab/gpt-4o', 'more?', '--load', 'talk.json', '--save', 'more.json');
  expect(titleOf('more.json')).toBe('Dinner on Sunday');
});

it('/title prints the title of a continued conversation, and of a loaded one', async () => {
  await using server = await serve('One.', 'Two.', 'Three.');
  const answers = ['/title Dinner', 'soup?', '/quit'];
  using cli = world({ ...TERMINAL, env: lab(server), answers });
  await cli.run('chat', 'lab/gpt-4o', '--log', '--save', 'talk.json');
  using more = world({
    ...TERMINAL,
    env: lab(server),
    home: cli.cwd,
    answers: ['/title', '/save more.json'],
  });
  expect((await more.run('chat', '--continue')).err).toMatch(/earlier messages.*\nDinner\n/);
  expect(readFileSync(join(more.cwd, 'more.json'), 'utf8')).toContain('"titleBy": "user"');
  await more.run('chat', 'lab/gpt-4o', 'more?', '--load', join(cli.cwd, 'talk.json'), '--log');
  expect((await more.run('log')).out.match(/Dinner/g)).toHaveLength(2);
});

it('/load continues with another conversation, and the log retains the former one with its title', async () => {
  await using server = await serve('One.', 'Two.', 'Three.');
  using cli = world({
    ...TERMINAL,
    env: lab(server),
    answers: ['/title Dinner', 'soup?', '/load talk.json', '/retry', 'more?', '/title'],
  });
  await cli.run('chat', 'lab/gpt-4o', 'fish?', '--save', 'talk.json');
  const { err } = await cli.run('chat', 'lab/gpt-4o', '--log');
  expect(err).toContain('the conversation has no title');
  expect(err).toContain('/retry requires a previous question');
  const stored = JSON.parse((await cli.run('log', '--json')).out) as object[];
  expect(stored).toMatchObject([
    { title: 'fish?', messages: 4 },
    { title: 'Dinner', messages: 2 },
  ]);
});

it('continues the conversation after an answer that cannot be saved', async () => {
  await using server = await serve('One.', 'Two.');
  const answers = ['soup?', 'salt?', '/quit'];
  using cli = world({ ...TERMINAL, env: lab(server), answers });
  const result = await cli.run('chat', 'lab/gpt-4o', '--save', 'gone/talk.json');
  expect([result.code, server.requests.length]).toEqual([0, 2]);
  expect(result.err.match(/gone\/talk\.json cannot be written/g)).toHaveLength(2);
});

it('Ctrl-C stops the reading of references, and the conversation continues', async () => {
  await using server = await serve('One.');
  const answers = ['what is in @diff', 'hi', '/quit'];
  const signals = [AbortSignal.abort()];
  const turnSignal = () => signals.shift() ?? new AbortController().signal;
  using cli = world({ ...TERMINAL, env: lab(server), answers, turnSignal });
  const result = await cli.run('chat', 'lab/gpt-4o');
  expect([result.code, server.requests.length]).toEqual([0, 1]);
  expect(result.err).toContain('(stopped)\n');
});

it.each([
  ['an argument', ['chat', 'lab/gpt-4o', 'hi', '--max-tokens', '0'], 2],
  ['a file', ['chat', 'lab/gpt-4o', 'hi', '-f', 'gone.md'], 2],
  ['a missing spec', ['chat', 'hi'], 2],
  ['an operation', ['embed', 'lab/gpt-4o', ''], 2],
])('--json prints a document for a mistake in %s', async (_name, argv, code) => {
  using cli = world({ env: { LLM_LAB: 'openai+http://sk-lab@127.0.0.1:9/v1' } });
  const result = await cli.run(...argv, '--json');
  expect([result.code, result.err]).toEqual([code, '']);
  expect(JSON.parse(result.out)).toMatchObject({ error: { kind: 'config', message: expect.any(String) } });
});

it('--json prints one document if the answer cannot be saved', async () => {
  await using server = await serve('One.');
  using cli = world({ env: lab(server) });
  const result = await cli.run('chat', 'lab/gpt-4o', 'hi', '--json', '--save', 'gone/talk.json');
  expect([result.code, result.err]).toEqual([1, expect.stringContaining('cannot be written')]);
  expect(JSON.parse(result.out)).toMatchObject({ text: 'One.' });
});

const tooLong = { failure: 'overflow' } as const;

it('sends a request that the vendor rejects as too long once more with a summary', async () => {
  await using server = await serve(...Array.from('12345678'), tooLong, 'They talked.', '9');
  const answers = Array.from('abcdefgh').map((topic) => `${topic} `.repeat(1000));
  using cli = world({ ...TERMINAL, env: lab(server), answers: [...answers, 'and now?', '/quit'] });
  const result = await cli.run('chat', 'lab/gpt-4o');
  expect(result.out).toBe('1\n2\n3\n4\n5\n6\n7\n8\n9\n');
  expect(result.err).toContain('(too long for the model; a shortened conversation is sent)');
  expect(JSON.stringify(sent(server, 10).messages)).toContain('They talked.');
});

it('sends a request that cannot be shortened only once', async () => {
  await using server = await serve(tooLong);
  using cli = world({ env: lab(server) });
  const result = await cli.run('chat', 'lab/gpt-4o', 'hi');
  expect(result.err).toMatch(/^context-overflow: /);
  expect(server.requests).toHaveLength(1);
});

it('/compact summarizes the conversation, or reports that there is nothing to summarize', async () => {
  await using server = await serve(...Array.from('12345678'), 'They talked of b.', 'Nine.');
  const answers = Array.from('abcdefgh').map((topic) => `${topic} `.repeat(300));
  using cli = world({
    ...TERMINAL,
    env: lab(server),
    answers: ['/compact', ...answers, '/compact the b', 'and?', '/quit'],
  });
  const result = await cli.run('chat', 'lab/gpt-4o');
  expect(result.err).toContain('(no messages to summarize)');
  expect(result.err).toContain('(messages 4 to ');
  expect(JSON.stringify(sent(server, 8).messages)).toContain('<focus>\\nthe b');
  expect(JSON.stringify(sent(server, 9).messages)).toContain('They talked of b.');
});

it('resolves references in typed text, but not in piped input', async () => {
  await using server = await serve('One.', 'Two.');
  const files = { 'note.txt': 'the note' };
  using cli = world({
    ...TERMINAL,
    env: lab(server),
    files,
    answers: ['see @file:note.txt and @file:../x', '/quit'],
  });
  const result = await cli.run('chat', 'lab/gpt-4o');
  expect(JSON.stringify(sent(server, 0).messages)).toContain('<file path=\\"note.txt\\">\\nthe note');
  expect(result.err).toContain('@file:../x: the file is outside of the permitted folder');
  using piped = world({ env: lab(server), files, stdin: { kind: 'pipe', text: '@file:note.txt' } });
  await piped.run('chat', 'lab/gpt-4o', 'what is this?');
  expect(JSON.stringify(sent(server, 1).messages)).not.toContain('the note');
});
