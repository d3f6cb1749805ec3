import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openaiChat, startWireServer, type WireServer } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab } from './world.ts';

const HELLO = { type: 'text', text: 'Hello there, you.', chunks: ['Hello', ' there', ', you.'] } as const;
const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const bin = join(import.meta.dirname, '../dist/bin.js');
const cwd = mkdtempSync(join(tmpdir(), 'majordomo-screen-'));
/** A server of our own, so that no other session is touched. */
const socket = join(cwd, 'tmux');

const tmux = (...argv: string[]): string =>
  execFileSync('tmux', ['-S', socket, ...argv], {
    encoding: 'utf8',
    cwd,
    env: { PATH: process.env['PATH'] },
  });

describe.skipIf(!hasTmux)(`screens of 80×24${hasTmux ? '' : ' (tmux is not installed)'}`, () => {
  let server: WireServer;

  beforeAll(async () => {
    server = await startWireServer({
      wire: openaiChat,
      script: ({ model }) => {
        if (model === 'silent') return { fault: 'stall', at: { content: 1 }, answer: { parts: [HELLO] } };
        if (model === 'mute') return { fault: 'stall', at: { content: 0 } };
        if (model === 'gone') return { failure: 'not-found' };
        return 'A butler runs the house, so that its people can live in it, and nobody notices how that is done.';
      },
    });
  });
  afterAll(async () => {
    spawnSync('tmux', ['-S', socket, 'kill-server']);
    rmSync(cwd, { recursive: true, force: true });
    await server.close();
  });

  const open = (name: string, command: string, variables: Readonly<Record<string, string>>): void => {
    const own = { HOME: cwd, TERM: 'tmux-256color', LANG: 'C.UTF-8', PATH: process.env['PATH'] ?? '' };
    const words = Object.entries({ ...own, ...variables }).map(([key, value]) => `${key}='${value}'`);
    const script = `trap : INT; env -i ${words.join(' ')} '${process.execPath}' '${bin}' ${command}; printf '[ended %s]' $?; read -r _`;
    tmux('-u', 'new-session', '-d', '-x', '80', '-y', '24', '-s', name, 'sh', '-c', script);
  };
  const screen = (name: string): string => tmux('capture-pane', '-p', '-t', name);
  const until = (name: string, text: string): Promise<void> =>
    expect.poll(() => screen(name), { timeout: 25_000 }).toContain(text);

  it('a conversation, until /exit', async () => {
    open('conversation', 'chat lab/gpt-4o', lab(server));
    await until('conversation', 'You');
    tmux('send-keys', '-t', 'conversation', 'What is a butler?', 'Enter');
    await until('conversation', '5 out');
    await until('conversation', '│  _');
    tmux('send-keys', '-t', 'conversation', '/exit', 'Enter');
    await until('conversation', '[ended');
    await expect(settled(screen('conversation'))).toMatchFileSnapshot('screens/conversation.txt');
  }, 60_000);

  it('Ctrl-C in the middle of an answer ends at once', async () => {
    open('interrupted', 'chat lab/silent hi', lab(server));
    await until('interrupted', 'Hello');
    tmux('send-keys', '-t', 'interrupted', 'C-c');
    await until('interrupted', '[ended 130]');
  }, 60_000);

  it('while nothing has come, it says whom it waits for', async () => {
    open('waiting', 'chat lab/mute hi', lab(server));
    await until('waiting', 'lab/mute …');
    tmux('send-keys', '-t', 'waiting', 'C-c');
    await until('waiting', '[ended 130]');
    expect(screen('waiting')).not.toContain('lab/mute');
  }, 60_000);

  it.each([
    ['help', '--help'],
    ['nothing-configured', 'chat < /dev/null'],
    ['chat', 'chat lab/gone,lab/gpt-4o "What is a butler?"'],
    ['ping', 'ping lab/gone,lab/gpt-4o,openai/gpt-x'],
    // Which providers are installed, and which servers run, is the machine's affair.
    [
      'doctor',
      'doctor | grep -vE "/provider-| (llamacpp|lmstudio|vllm|ollama|opencode|[a-z]+-cli) " | head -23',
    ],
    ['demo', 'demo'],
  ])(
    '%s',
    async (name, command) => {
      open(name, command, name === 'nothing-configured' ? {} : lab(server));
      await until(name, '[ended');
      await expect(settled(screen(name))).toMatchFileSnapshot(`screens/${name}.txt`);
    },
    30_000,
  );
});

/** Times, versions and addresses are not the same twice. */
const settled = (screen: string): string =>
  screen
    .replaceAll(/ *\b\d+ ms/g, ' N ms')
    .replaceAll(/\d+\.\d s\b/g, 'N s')
    .replaceAll(/(?<![\d.])(?!127\.)\d+\.\d+\.\d+/g, 'X.Y.Z')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(cwd, '~');
