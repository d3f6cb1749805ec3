import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openaiChat, startWireServer, type WireServer } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab } from './world.ts';

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

  it.each([
    ['help', '--help'],
    ['nothing-configured', 'chat < /dev/null'],
    ['chat', 'chat lab/gone,lab/gpt-4o "What is a butler?"'],
    ['ping', 'ping lab/gone,lab/gpt-4o,openai/gpt-x'],
    // Which providers are there is the machine's affair.
    ['doctor', 'doctor | grep -v /provider- | head -23'],
    ['demo', 'demo'],
  ])(
    '%s',
    async (name, command) => {
      const variables = { HOME: cwd, TERM: 'tmux-256color', PATH: process.env['PATH'] ?? '' };
      const settings = Object.entries(
        name === 'nothing-configured' ? variables : { ...variables, ...lab(server) },
      );
      const words = settings.map(([key, value]) => `${key}='${value}'`).join(' ');
      const script = `env -i ${words} '${process.execPath}' '${bin}' ${command}; printf '[ended]'; read -r _`;
      tmux('new-session', '-d', '-x', '80', '-y', '24', '-s', name, 'sh', '-c', script);
      await expect
        .poll(() => tmux('capture-pane', '-p', '-t', name), { timeout: 25_000 })
        .toContain('[ended]');
      await expect(settled(tmux('capture-pane', '-p', '-t', name))).toMatchFileSnapshot(
        `screens/${name}.txt`,
      );
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
