import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith, startPostgres, type Postgres } from '@majordomo/services';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPage, type Page } from '../../../../packages/agents/ui/test/support/page.ts';
import { linesOf, SLOWLY } from '../../src/durable/scenario.ts';
import { supervised, type Supervised } from '../../src/durable/supervised.ts';

const LONG = 180_000;
const POLL = { interval: 20, timeout: 60_000 };
const TEXT = 'Let me see.Let me see.Done.';

const MESSAGE = [
  { type: 'step-start' },
  { type: 'text', text: 'Let me see.' },
  { type: 'tool-add', state: 'output-available', output: 'done' },
  { type: 'step-start' },
  { type: 'text', text: 'Let me see.' },
  { type: 'tool-pay', state: 'output-available', output: 'done' },
  { type: 'step-start' },
  { type: 'text', text: 'Done.' },
];

describeWith('postgres', 'a chat page over a run on DBOS whose process is killed in a step', () => {
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-chat-page-'));
  let postgres: Postgres;
  let worker: Supervised;
  let server: Supervised;
  let port: unknown;
  beforeAll(async () => {
    postgres = await startPostgres();
    const url = `${postgres.url}_dbos`;
    worker = await supervised('dbos', [folder, url, 'worker']);
    server = await supervised('dbos', [folder, url, 'server']);
    port = await server.ask({ ask: 'serve' });
  }, LONG);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await worker[Symbol.asyncDispose]();
    await postgres.stop();
    rmSync(folder, { recursive: true });
  });

  /** Opens a page. Its first message starts the run in the worker, when the server watches it. */
  function open(runId: string, messages: Page['chat']['messages'] = []): Page {
    let isStarted = messages.length > 0;
    const url = `http://127.0.0.1:${String(port)}/${encodeURIComponent(runId)}`;
    const exchange = async (request: Request): Promise<Response> => {
      const { method, signal } = request;
      const body = method === 'POST' ? { body: await request.text() } : {};
      const response = await fetch(url, { method, signal, ...body });
      if (!isStarted) await worker.ask({ ask: 'start', runId, input: SLOWLY });
      isStarted = true;
      return response;
    };
    return openPage(7, exchange, { id: runId, messages });
  }

  async function approve(page: Page): Promise<void> {
    const part = page.parts().find(({ state }) => state === 'approval-requested');
    expect(page.chat).toMatchObject({ status: 'ready', error: undefined });
    expect(part).toMatchObject({ type: 'tool-pay' });
    await page.chat.addToolApprovalResponse({
      id: (part?.['approval'] as { id: string }).id,
      approved: true,
    });
    await expect.poll(() => page.parts().at(-1), POLL).toMatchObject({ text: 'Done.', state: 'done' });
    await expect.poll(() => page.chat.status, POLL).toBe('ready');
  }

  function expectOneAnswer(page: Page): void {
    expect(page.chat.error).toBeUndefined();
    expect(page.parts()).toMatchObject(MESSAGE);
    expect(page.parts()).toHaveLength(MESSAGE.length);
    expect(page.screens.filter((screen) => !TEXT.startsWith(screen))).toEqual([]);
  }

  it(
    'shows the answer once, and pays once after an approval',
    async () => {
      const { deaths } = worker;
      const runId = 'read after ask 2';
      const page = open(runId);
      await page.chat.sendMessage({ text: SLOWLY });
      expect(worker.deaths - deaths).toBe(1);
      await approve(page);
      expectOneAnswer(page);
      expect(linesOf(folder, runId, 'pay')).toHaveLength(1);
    },
    LONG,
  );

  it(
    'shows the answer once when the page is reloaded at the same time',
    async () => {
      const { deaths } = worker;
      const runId = 'reloaded after ask 2';
      const page = open(runId);
      const sent = page.chat.sendMessage({ text: SLOWLY });
      // The second step runs, and its process is about to die.
      await expect
        .poll(() => page.parts().filter(({ type }) => type === 'step-start').length, POLL)
        .toBeGreaterThan(1);
      await page.chat.stop();
      await sent;
      const reloaded = open(runId, page.chat.messages.slice(0, 1));
      await reloaded.chat.resumeStream();
      expect(worker.deaths - deaths).toBe(1);
      await approve(reloaded);
      expectOneAnswer(reloaded);
      expect(linesOf(folder, runId, 'pay')).toHaveLength(1);
    },
    LONG,
  );
});
