import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Path of Chromium. The variable CHROMIUM overrides the path of Debian's package. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
export const hasChromium = spawnSync(CHROMIUM, ['--version']).status === 0;

/** Page of a headless Chromium, controlled with the DevTools protocol. */
export interface Page extends AsyncDisposable {
  /** Returns the value of an expression. A promise is awaited. */
  evaluate(expression: string): Promise<unknown>;
  /** Returns a screenshot as PNG. */
  screenshot(): Promise<Buffer>;
}

export async function openPage(url: string): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), 'majordomo-page-'));
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--remote-debugging-port=0',
  ];
  const child = spawn(CHROMIUM, [...flags, `--user-data-dir=${profile}`, url], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.once('exit', () => {
      reject(new Error(`Chromium ended: ${output.slice(-500)}`));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const found = /ws:\/\/([^/]+)\//.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const command = await connect(address, url);
  return {
    async evaluate(expression) {
      const { result } = await command('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      return (result as { value?: unknown }).value;
    },
    async screenshot() {
      return Buffer.from(String((await command('Page.captureScreenshot', {}))['data']), 'base64');
    },
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

type Command = (method: string, params: object) => Promise<Readonly<Record<string, unknown>>>;

async function connect(address: string, url: string): Promise<Command> {
  const socket = new WebSocket(await pageSocket(address, url));
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  const waiting = new Map<number, (result: Readonly<Record<string, unknown>>) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result = {} } = JSON.parse(String(data)) as { id: number; result?: Record<string, unknown> };
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  let last = 0;
  return (method, params) =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
}

/** Waits for the page, which may open after the browser has started. */
async function pageSocket(address: string, url: string): Promise<string> {
  for (;;) {
    const answer = await fetch(`http://${address}/json/list`);
    const targets = (await answer.json()) as { url: string; webSocketDebuggerUrl: string }[];
    const page = targets.find((target) => target.url.startsWith(url));
    if (page !== undefined) return page.webSocketDebuggerUrl;
  }
}
