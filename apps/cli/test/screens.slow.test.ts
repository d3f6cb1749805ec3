import { execFileSync, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chatDialects, openaiChatWire, startWireServer, type WireServer } from '@majordomo/conformance';
import { suiteFolder } from '@majordomo/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab } from './world.ts';

/** Answer of a model that reasons and calls a tool. */
const REASONING_ANSWER = {
  parts: [
    {
      type: 'reasoning',
      text: 'Oslo lies in the north; what the weather is there today, only the tool can say.',
    },
    { type: 'text', text: 'Let me see.' },
    { type: 'tool-call', name: 'weather', json: '{"city":"Oslo"}' },
  ],
} as const;
const HELLO = { type: 'text', text: 'Hello there, you.', chunks: ['Hello', ' there', ', you.'] } as const;
const MARKDOWN = [
  '# Butlers',
  'A **butler** runs the *house*: `see()` [who](https://b.example).',
  '- **One**: first\n- two',
  '```js\nconst a = 1; // **as it is**\n```',
  '| a | b |\n|---|---|\n| 1 | **two** |',
].join('\n\n');
const MODEL_LIST = {
  object: 'list',
  data: ['shop-large', 'shop-small'].map((id) => ({ id, object: 'model', context_length: 131_072 })),
};
const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const bin = join(import.meta.dirname, '../dist/bin.js');
const cwd = suiteFolder();
/** Separate tmux server, so that no other session is affected. */
const socket = join(cwd, 'tmux');

const tmux = (...argv: string[]): string =>
  execFileSync('tmux', ['-S', socket, ...argv], {
    encoding: 'utf8',
    cwd,
    env: { PATH: process.env['PATH'] },
  });

describe.skipIf(!hasTmux)(`screens of 80×24${hasTmux ? '' : ' (tmux is not installed)'}`, () => {
  let server: WireServer;
  const shop = createServer((_request, response) => response.end(JSON.stringify(MODEL_LIST)));

  beforeAll(async () => {
    server = await startWireServer({
      wire: openaiChatWire(chatDialects['deepseek']),
      script: ({ model }) => {
        if (model === 'silent') return { fault: 'stall', at: { content: 1 }, answer: { parts: [HELLO] } };
        if (model === 'mute') return { fault: 'stall', at: { content: 0 } };
        if (model === 'thinker') return REASONING_ANSWER;
        if (model === 'locked') return { failure: 'auth' };
        if (model === 'writer')
          return { parts: [{ type: 'text', text: MARKDOWN, chunks: MARKDOWN.match(/[\s\S]{1,3}/g) ?? [] }] };
        if (model === 'gone') return { failure: 'not-found' };
        return 'A butler runs the house, so that its people can live in it, and nobody notices how that is done.';
      },
    });
    // A catalog of today, so that `doctor` does not report its age.
    mkdirSync(join(cwd, '.local/state/majordomo'), { recursive: true });
    const date = new Date().toISOString().slice(0, 10);
    const document = { format: 'majordomo-catalog/1', date, sources: [], models: [] };
    const stored = JSON.stringify({ format: 1, data: { document, checkedAt: date } });
    writeFileSync(join(cwd, '.local/state/majordomo/catalog.json'), stored);
    await new Promise<void>((listening) => shop.listen(0, '127.0.0.1', listening));
  });
  afterAll(async () => {
    spawnSync('tmux', ['-S', socket, 'kill-server']);
    shop.close();
    await server.close();
  });

  const open = (name: string, command: string, variables: Readonly<Record<string, string>>): void => {
    const baseVariables = {
      HOME: cwd,
      TERM: 'tmux-256color',
      LANG: 'C.UTF-8',
      PATH: process.env['PATH'] ?? '',
    };
    const assignments = Object.entries({ ...baseVariables, ...variables }).map(
      ([key, value]) => `${key}='${value}'`,
    );
    const script = `trap : INT; env -i ${assignments.join(' ')} '${process.execPath}' '${bin}' ${command}; printf '[ended %s]' $?; read -r _`;
    tmux('-u', 'new-session', '-d', '-x', '80', '-y', '24', '-s', name, 'sh', '-c', script);
  };
  const screen = (name: string): string => tmux('capture-pane', '-p', '-t', name);
  const allVendors = () => {
    const { port } = shop.address() as AddressInfo;
    return { ...lab(server), LLM_SHOP: `openai+http://127.0.0.1:${port}/v1` };
  };
  const untilShown = (name: string, text: string): Promise<void> =>
    expect.poll(() => screen(name), { timeout: 25_000, interval: 100 }).toContain(text);

  it('a conversation, until /exit', async () => {
    open('conversation', 'chat lab/gpt-4o', lab(server));
    await untilShown('conversation', 'You');
    tmux('send-keys', '-t', 'conversation', 'What is a butler?', 'Enter');
    await untilShown('conversation', '5 out');
    tmux('send-keys', '-t', 'conversation', '/exit', 'Enter');
    await untilShown('conversation', '[ended');
    await expect(withoutVariableText(screen('conversation'))).toMatchFileSnapshot('screens/conversation.txt');
  });

  it('the first start offers the demo', async () => {
    open('first', '', {});
    await untilShown('first', 'Run the demo now?');
    tmux('send-keys', '-t', 'first', 'n');
    await untilShown('first', '[ended 2]');
    await expect(withoutVariableText(screen('first'))).toMatchFileSnapshot('screens/first.txt');
  });

  it('reasoning is dimmed, and tool calls are named', async () => {
    open('thinking', 'chat lab/thinker "Which shoes for Oslo?"', lab(server));
    await untilShown('thinking', '[ended');
    await expect(withoutVariableText(screen('thinking'))).toMatchFileSnapshot('screens/thinking.txt');
    const painted = tmux('capture-pane', '-p', '-e', '-t', 'thinking');
    expect(painted).toContain('\u001B[2mOslo lies');
    // eslint-disable-next-line no-control-regex
    expect(painted).toMatch(/^(?:\u001B\[(?:0|39|49)m)*Let me see\./m);
  });

  it('Markdown is rendered as it arrives, unless raw output is requested', async () => {
    open('markdown', 'chat lab/writer hi -q', lab(server));
    await untilShown('markdown', '[ended');
    await expect(withoutVariableText(screen('markdown'))).toMatchFileSnapshot('screens/markdown.txt');
    expect(tmux('capture-pane', '-p', '-e', '-t', 'markdown')).toContain('\u001B[1mButlers');
    open('raw', 'chat lab/writer hi -q --raw', lab(server));
    await untilShown('raw', '[ended');
    expect(screen('raw').replaceAll('\n', '')).toContain(MARKDOWN.replaceAll('\n', ''));
  });

  it('Ctrl-C during an answer ends the command immediately', async () => {
    open('interrupted', 'chat lab/silent hi', lab(server));
    await untilShown('interrupted', 'Hello');
    tmux('send-keys', '-t', 'interrupted', 'C-c');
    await untilShown('interrupted', '[ended 130]');
  });

  it('pasted text is one question, arrow keys recall the last question, and Ctrl-C stops only the answer', async () => {
    open('paste', 'chat lab/gpt-4o', lab(server));
    await untilShown('paste', 'You ›');
    const requestCount = server.requests.length;
    tmux('set-buffer', 'first line\nsecond\nthird');
    tmux('paste-buffer', '-p', '-t', 'paste');
    tmux('send-keys', '-t', 'paste', 'Enter');
    await untilShown('paste', '5 out');
    expect(server.requests).toHaveLength(requestCount + 1);
    expect(JSON.stringify(server.requests[requestCount]?.body)).toContain('first line\\nsecond\\nthird');
    tmux('send-keys', '-t', 'paste', '/model lab/silent', 'Enter');
    await untilShown('paste', '\nlab/silent\n');
    tmux('send-keys', '-t', 'paste', 'and now?', 'Enter');
    await untilShown('paste', 'Hello');
    tmux('send-keys', '-t', 'paste', 'C-c');
    await untilShown('paste', '(stopped; /retry repeats the question)');
    await untilShown('paste', 'question)\nYou ›');
    tmux('send-keys', '-t', 'paste', 'Up');
    await untilShown('paste', 'question)\nYou › and now?');
    tmux('send-keys', '-t', 'paste', 'C-c');
    tmux('send-keys', '-t', 'paste', 'C-c');
    await untilShown('paste', '(press Ctrl-C again to exit)');
    tmux('send-keys', '-t', 'paste', 'C-c');
    await untilShown('paste', '[ended 130]');
  });

  it('without bracketed paste each pasted line is a question, and an invalid history is ignored', async () => {
    const state = mkdtempSync(join(cwd, 'state-'));
    mkdirSync(join(state, 'majordomo/history.json'), { recursive: true });
    open('ahead', 'chat lab/gpt-4o', { ...lab(server), XDG_STATE_HOME: state });
    await untilShown('ahead', 'You ›');
    const requestCount = server.requests.length;
    tmux('set-buffer', 'one\ntwo\n');
    tmux('paste-buffer', '-t', 'ahead');
    await expect.poll(() => server.requests.length, { timeout: 25_000 }).toBe(requestCount + 2);
    const sent = server.requests.slice(requestCount).map(({ body }) => JSON.stringify(body));
    expect(sent).toEqual([expect.stringContaining('"one"'), expect.stringContaining('"two"')]);
    expect(readdirSync(join(state, 'majordomo'))).toEqual(['history.json']);
    await untilShown('ahead', 'two\nA butler');
  });

  it('a signal that ends the command restores the terminal', async () => {
    open('term', 'chat lab/gpt-4o', lab(server));
    await untilShown('term', 'You ›');
    const pid = tmux('list-panes', '-t', 'term', '-F', '#{pane_pid}').trim();
    const child = execFileSync('ps', ['-o', 'pid=', '--ppid', pid], { encoding: 'utf8' });
    process.kill(Number(child), 'SIGTERM');
    await untilShown('term', '[ended 143]');
  });

  it('Ctrl-Z releases the terminal, and fg restores the typed text', async () => {
    const { LLM_LAB = '' } = lab(server);
    const chat = `env HOME='${cwd}' TERM=xterm LLM_LAB='${LLM_LAB}' '${process.execPath}' '${bin}' chat lab/gpt-4o`;
    const script = `set -m; ${chat}; printf '[stopped]'; read -r _; fg > /dev/null; printf '[ended %s]' $?; read -r _`;
    tmux('-u', 'new-session', '-d', '-x', '80', '-y', '24', '-s', 'stop', 'bash', '-c', script);
    await untilShown('stop', 'You ›');
    tmux('send-keys', '-t', 'stop', 'What is');
    await untilShown('stop', 'What is');
    tmux('send-keys', '-t', 'stop', 'C-z');
    await untilShown('stop', '[stopped]');
    const requestCount = server.requests.length;
    tmux('send-keys', '-t', 'stop', 'Enter');
    const isBack = expect.poll(() => screen('stop'), { timeout: 25_000, interval: 100 });
    await isBack.toMatch(/\[stopped\][\s\S]*You › What is/);
    tmux('send-keys', '-t', 'stop', ' it?', 'Enter');
    await expect.poll(() => server.requests.length, { timeout: 25_000 }).toBe(requestCount + 1);
    expect(JSON.stringify(server.requests[requestCount]?.body)).toContain('What is it?');
  });

  it('Ctrl-D ends a conversation', async () => {
    open('end', 'chat lab/gpt-4o', lab(server));
    await untilShown('end', 'You');
    tmux('send-keys', '-t', 'end', 'C-d');
    await untilShown('end', '[ended 0]');
  });

  it('shows the target while it waits for the first content', async () => {
    open('waiting', 'chat lab/mute hi', lab(server));
    await untilShown('waiting', 'lab/mute …');
    tmux('send-keys', '-t', 'waiting', 'C-c');
    await untilShown('waiting', '[ended 130]');
    expect(screen('waiting')).not.toContain('lab/mute');
  });

  it.each<[string, string, Readonly<Record<string, string>>?]>([
    ['help', '--help'],
    ['nothing-configured', 'chat < /dev/null'],
    ['chat-help', 'chat --help'],
    ['failed', 'chat lab/locked hi'],
    ['models', 'models shop'],
    [
      'mistakes',
      'doctor',
      { LLM_A: 'openai://tok@a b/v1', LLM_B: 'gopher://h', MAJORDOMO_MODEL: 'lab/x,fats', PATH: '/nowhere' },
    ],
    ['chat', 'chat lab/gone,lab/gpt-4o "What is a butler?"'],
    ['ping', 'ping lab/gone,lab/gpt-4o,openai/gpt-x'],
    // The installed providers and the running servers depend on the machine, and the list of vendors grows.
    [
      'doctor',
      'doctor | sed "s/none for .*/none for …/" | uniq | grep -vE "/(provider-|inspector )| (llamacpp|lmstudio|sglang|vllm|ollama|opencode|[a-z]+-cli) " | head -30',
    ],
    ['demo', 'demo'],
  ])('%s', { timeout: 30_000 }, async (name, command, overrides) => {
    open(name, command, name === 'nothing-configured' ? {} : { ...allVendors(), ...overrides });
    await untilShown(name, '[ended');
    await expect(withoutVariableText(screen(name))).toMatchFileSnapshot(`screens/${name}.txt`);
  });
});

/** Replaces times, versions and addresses, which differ between runs. */
const withoutVariableText = (screen: string): string =>
  screen
    .replaceAll(/ *\b\d+ ms|(?<=\bin) \d+\.\d s\b/g, ' N ms')
    .replaceAll(/\d+\.\d s\b/g, 'N s')
    .replaceAll(/(?<![\d.])(?!127\.)\d+\.\d+\.\d+/g, 'X.Y.Z')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(cwd, '~')
    // The running servers depend on the machine.
    .replaceAll(/. (llamacpp|lmstudio|sglang|vllm|ollama) .*/g, '? $1 …');
