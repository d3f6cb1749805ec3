// Writes the pictures of the command and of the inspector to images/, from the running programs. Run `pnpm build` before. Needs tmux
// and Chromium. Times and ports differ between runs, so nothing compares the files.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openBrowser, openPage } from '@majordomo/services/browser';
import { startFaultyServer } from '@majordomo/testing';
import { terminalPicture } from './terminal-picture.mjs';

const IMAGES = join(import.meta.dirname, 'images');
const BIN = join(import.meta.dirname, '../cli/dist/bin.js');
/** Size of the terminal. No output of these commands is longer. */
const COLUMNS = 88;
const ROWS = 100;
const TIMEOUT_MS = 60_000;
const INTERVAL_MS = 100;
/** Size of the picture of the inspector, in CSS pixels. */
const VIEWPORT = { width: 1440, height: 820 };

const ANSWER = [
  'The sky is blue because of **Rayleigh scattering**:\n\n',
  '- Air scatters short waves of light more than long ones.\n',
  '- Blue light is short, so it arrives from *every* direction.\n',
];

const folder = mkdtempSync(join(tmpdir(), 'majordomo-pictures-'));
/** Separate tmux server, so that no other session is affected. */
const socket = join(folder, 'tmux');

try {
  await pictureOfDemo();
  await pictureOfChat();
  await pictureOfInspector();
} finally {
  spawnSync('tmux', ['-S', socket, 'kill-server']);
  rmSync(folder, { recursive: true, force: true });
}

async function pictureOfDemo() {
  const lines = await run('demo', 'demo', { until: 'Every call returned' });
  const end = lines.findIndex((line) => line.includes('3  One vendor'));
  write('demo.svg', 'majordomo demo', lines.slice(0, end - 1));
}

async function pictureOfChat() {
  const server = await startFaultyServer(({ api }) =>
    api === 'messages' ? { text: ANSWER.join(''), everyMs: 12 } : { status: 529, message: 'Overloaded' },
  );
  const chain = 'openai/gpt-5.4,anthropic/claude-sonnet-5';
  const question = 'Why is the sky blue?';
  const variables = {
    OPENAI_API_KEY: 'demo',
    OPENAI_BASE_URL: server.openaiBaseURL,
    ANTHROPIC_API_KEY: 'demo',
    ANTHROPIC_BASE_URL: server.anthropicBaseURL,
  };
  const keys = ['You ›', [question, 'Enter'], ' out', ['/exit', 'Enter']];
  const lines = await run('chat', `chat ${chain}`, { until: '/exit', variables, keys });
  write('chat.svg', `majordomo chat ${chain}`, lines);
  await server.close();
}

async function pictureOfInspector() {
  const lines = await run('inspect', 'inspect demo', { until: 'runs until Ctrl-C' });
  const [, url] = /Inspector: (\S+)/.exec(lines.join('\n'));
  const browser = await openBrowser();
  await using opened = await openPage(browser, url, { viewport: VIEWPORT });
  const { page } = opened;
  await page.locator('.row:has(.icon.over)').first().click();
  await pause(1500);
  await page.screenshot({ path: join(IMAGES, 'inspector.png') });
  await browser.close();
}

/** Runs the command in a terminal and types `keys`, each after its text. Returns the lines at the end, with their colors. */
async function run(name, command, { until, variables = {}, keys = [] }) {
  const environment = {
    HOME: folder,
    TERM: 'tmux-256color',
    LANG: 'C.UTF-8',
    PATH: process.env.PATH,
    ...variables,
  };
  const assignments = Object.entries(environment).map(([key, value]) => `${key}='${value}'`);
  const script = `env -i ${assignments.join(' ')} '${process.execPath}' '${BIN}' ${command}; read -r _`;
  tmux('-u', 'new-session', '-d', '-x', COLUMNS, '-y', ROWS, '-s', name, 'sh', '-c', script);
  for (let next = 0; next < keys.length; next += 2) {
    await shown(name, keys[next]);
    tmux('send-keys', '-t', name, ...keys[next + 1]);
  }
  await shown(name, until);
  return tmux('capture-pane', '-p', '-e', '-t', name).trimEnd().split('\n');
}

async function shown(name, text) {
  const end = performance.now() + TIMEOUT_MS;
  while (!tmux('capture-pane', '-p', '-t', name).includes(text)) {
    if (performance.now() > end) throw new Error(`${name}: the terminal does not show "${text}"`);
    await pause(INTERVAL_MS);
  }
}

function tmux(...argv) {
  return execFileSync('tmux', ['-S', socket, ...argv.map(String)], { encoding: 'utf8', cwd: folder });
}

function write(file, command, lines) {
  writeFileSync(join(IMAGES, file), terminalPicture(command, lines, COLUMNS));
}
