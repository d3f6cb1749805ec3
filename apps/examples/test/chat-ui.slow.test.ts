import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createMajordomo, type Message } from '@majordomo/core';
import { describeWith } from '@majordomo/services';
import { openBrowser, openPage, type Opened } from '@majordomo/services/browser';
import { createConversations } from '@majordomo/agent';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeClock, fakeProvider, type FakeClock, type FakeProvider, type Turn } from '@majordomo/testing';
import { testFolder } from '@majordomo/test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatUi } from '../src/chat-ui.ts';

type Browser = Awaited<ReturnType<typeof openBrowser>>;
type Page = Opened['page'];

const LONG = 180_000;
const PIECE_MS = 100;

/** Chat in a browser. The vendors send a piece of the answer whenever the clock advances by `PIECE_MS`. */
interface World extends AsyncDisposable {
  readonly page: Page;
  readonly vendors: readonly FakeProvider[];
  readonly clock: FakeClock;
  /** Sends pieces until the page shows a text. */
  stream(text: string): Promise<void>;
  /** Sends pieces until the response has ended. */
  finish(): Promise<void>;
  send(text: string): Promise<void>;
  /** Destroys all connections of the page. */
  disconnect(): void;
  /** Texts of the last answer that the page has shown since it was loaded. */
  screens(): Promise<readonly string[]>;
  stored(): Promise<readonly Message[]>;
}

/** Records each text of the last answer. */
const RECORDER = `
  window.screens = [];
  new MutationObserver(() => {
    const answers = document.querySelectorAll('article.assistant');
    const texts = [...(answers[answers.length - 1]?.querySelectorAll('.text') ?? [])];
    window.screens.push(texts.map((text) => text.textContent).join(''));
  }).observe(document, { childList: true, subtree: true, characterData: true });`;

async function world(browser: Browser, ...scripts: readonly (readonly Turn[])[]): Promise<World> {
  const folder = testFolder();
  const stores = sqliteStores(join(folder, 'chat.sqlite'));
  const clock = fakeClock();
  const vendors = scripts.map((turns, at) => fakeProvider({ id: `v${at}`, clock, models: { m: turns } }));
  const majordomo = createMajordomo({ providers: vendors, chain: { attempts: 1 } });
  const { server, close } = chatUi({
    model: majordomo.model(vendors.map(({ id }) => `${id}/m`).join(',')),
    records: stores.records,
    userOf: () => 'alice',
    cost: () => Promise.resolve({ nanoUsd: 1_250_000n }),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/#chat-1`;
  const opened = await openPage(browser, url, {}, RECORDER);
  const { page } = opened;
  const until = async (isDone: () => Promise<boolean>): Promise<void> => {
    await expect
      .poll(async () => {
        const done = await isDone();
        if (!done) await clock.advance(PIECE_MS);
        return done;
      }, POLL)
      .toBe(true);
  };
  await page.getByLabel('Message').waitFor();
  const stored = async (): Promise<readonly Message[]> =>
    (await createConversations({ records: stores.records }).load(JSON.stringify(['alice', 'chat-1'])))
      ?.messages ?? [];
  return {
    page,
    vendors,
    clock,
    stream: (text) =>
      until(async () =>
        (await page.locator('article.assistant').last().allInnerTexts()).join('').includes(text),
      ),
    finish: () =>
      until(async () => (await stored()).at(-1)?.role === 'assistant' && (await statusIs(page, 'ready'))),
    async send(text) {
      await page.getByLabel('Message').fill(text);
      await page.getByRole('button', { name: 'Send' }).click();
    },
    disconnect: () => server.closeAllConnections(),
    screens: () => page.evaluate<readonly string[]>('window.screens'),
    stored,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await close();
      server.closeAllConnections();
      server.close();
      await stores.close();
    },
  };
}

const POLL = { interval: 20, timeout: 60_000 };
const statusIs = async (page: Page, status: string): Promise<boolean> =>
  (await page.getByRole('status').allInnerTexts()).join('') === status;
const answerOf = async (page: Page): Promise<string> =>
  (await page.locator('article.assistant').last().locator('.text').allInnerTexts()).join('');
const slow = (text: string): Turn => ({ text, chunks: 5, everyMs: PIECE_MS });
const ANSWER = 'The answer to your question is 42.';
const refund: Turn = {
  text: 'I pay it back.',
  toolCalls: [{ id: 'c1', name: 'refund', args: { order: 'A7', eur: 30 } }],
};

/** Requires that every text on the screen was the beginning of one of the answers. */
async function expectOneOf(w: World, ...answers: readonly string[]): Promise<void> {
  const wrong = (await w.screens()).filter((screen) => !answers.some((answer) => answer.startsWith(screen)));
  expect(wrong).toEqual([]);
}

describeWith('chromium', 'the chat for `useChat` in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, LONG);
  afterAll(() => browser.close());

  it('streams reasoning, text, citations and cost, and sends attachments', { timeout: LONG }, async () => {
    const turn: Turn = {
      reasoning: 'A number.',
      ...(slow(ANSWER) as object),
      citations: [{ url: 'https://example.org/a', title: 'Source A' }],
    };
    await using w = await world(browser, [turn]);
    await w.page
      .getByLabel('Attachments')
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
    await w.send('What is the answer?');
    await w.stream('The answer');
    expect(ANSWER.startsWith(await answerOf(w.page))).toBe(true);
    await w.finish();
    expect(await answerOf(w.page)).toBe(ANSWER);
    const answer = w.page.locator('article.assistant');
    expect(await answer.getByRole('link', { name: 'Source A' }).count()).toBe(1);
    expect(await answer.getByText('0.001250 USD').count()).toBe(1);
    expect(await answer.getByText('A number.').isVisible()).toBe(false);
    await answer.getByText('Reasoning').click();
    expect(await answer.getByText('A number.').isVisible()).toBe(true);
    expect(w.vendors[0]?.requests[0]?.request.messages[0]?.parts).toMatchObject([
      { type: 'file', name: 'notes.txt' },
      { type: 'text', text: 'What is the answer?' },
    ]);
    await expectOneOf(w, ANSWER);
  });

  it('shows one answer when the vendor fails in the middle', { timeout: LONG }, async () => {
    const failed: Turn = { fail: 'network', after: 'The answer is unknown' };
    await using w = await world(browser, [failed], [slow(ANSWER)]);
    await w.send('What is the answer?');
    await w.finish();
    expect(await answerOf(w.page)).toBe(ANSWER);
    await expectOneOf(w, ANSWER, 'The answer is unknown');
  });

  it('continues after a reload in the middle', { timeout: LONG }, async () => {
    await using w = await world(browser, [slow(ANSWER)]);
    await w.send('What is the answer?');
    await w.stream('The answer');
    await w.page.reload();
    await w.stream('question');
    await w.finish();
    expect(await answerOf(w.page)).toBe(ANSWER);
    expect(await w.page.locator('article').count()).toBe(2);
    await expectOneOf(w, ANSWER);
  });

  it.each([
    ['becomes visible', "document.dispatchEvent(new Event('visibilitychange'))"],
    ['is online again', "window.dispatchEvent(new Event('online'))"],
  ])('continues after its connection broke when the page %s', { timeout: LONG }, async (_, event) => {
    await using w = await world(browser, [slow(ANSWER)]);
    await w.send('What is the answer?');
    await w.stream('The answer');
    w.disconnect();
    await expect
      .poll(async () => (await w.page.getByRole('status').innerText()).startsWith('error'), POLL)
      .toBe(true);
    await w.page.evaluate(event);
    await w.stream('question');
    await w.finish();
    expect(await answerOf(w.page)).toBe(ANSWER);
    await expectOneOf(w, ANSWER);
  });

  it('runs an approved call once, and continues the message', { timeout: LONG }, async () => {
    await using w = await world(browser, [refund, slow('Done, it is paid.')]);
    await w.send('Refund A7');
    await w.page.getByRole('button', { name: 'Approve' }).click();
    await w.stream('Done');
    await w.finish();
    expect(await answerOf(w.page)).toBe('I pay it back.Done, it is paid.');
    expect(await w.page.getByText('refund {"order":"A7","eur":30}: output-available').count()).toBe(1);
    expect(await w.page.locator('article').count()).toBe(2);
    expect((await w.stored()).map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  });

  it('does not run a denied call', { timeout: LONG }, async () => {
    await using w = await world(browser, [refund, 'As you wish.']);
    await w.send('Refund A7');
    await w.page.getByRole('button', { name: 'Deny' }).click();
    await w.stream('As you wish.');
    await w.finish();
    expect(await w.page.getByText('output-denied').count()).toBe(1);
    expect(JSON.stringify(await w.stored())).toContain('No.');
    expect(JSON.stringify(await w.stored())).not.toContain('paid 30 EUR');
  });

  it('shows the request again after a reload, and continues after it', { timeout: LONG }, async () => {
    await using w = await world(browser, [refund, slow('Done, it is paid.')]);
    await w.send('Refund A7');
    await w.page.getByRole('button', { name: 'Approve' }).waitFor();
    const resumed = w.page.waitForResponse((response) => response.url().endsWith('/stream'));
    await w.page.reload();
    await (await resumed).finished();
    await expect.poll(() => statusIs(w.page, 'ready'), POLL).toBe(true);
    await w.page.getByRole('button', { name: 'Approve' }).click();
    await w.stream('Done');
    await w.page.reload();
    await w.stream('paid');
    await w.finish();
    expect(await answerOf(w.page)).toBe('I pay it back.Done, it is paid.');
    expect(await w.page.getByText('output-available').count()).toBe(1);
    await expectOneOf(w, 'I pay it back.Done, it is paid.');
  });

  it('stops the vendor, and shows the partial answer after a reload', { timeout: LONG }, async () => {
    await using w = await world(browser, [slow(ANSWER)]);
    await w.send('What is the answer?');
    await w.stream('The answer');
    await w.page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => statusIs(w.page, 'ready'), POLL).toBe(true);
    expect(w.vendors[0]?.requests[0]?.signal.aborted).toBe(true);
    const partial = await answerOf(w.page);
    expect(ANSWER.startsWith(partial)).toBe(true);
    await w.page.reload();
    await expect.poll(() => answerOf(w.page), POLL).toBe(partial);
    expect(await w.page.locator('article').count()).toBe(2);
  });
});

it('another user has no access to a chat', async () => {
  const stores = sqliteStores(':memory:');
  const provider = fakeProvider({ id: 'f', models: { m: ['Secret.'] } });
  const { server, close } = chatUi({
    model: createMajordomo({ providers: [provider] }).model('f/m'),
    records: stores.records,
    userOf: (request) => request.headers.get('cookie') ?? undefined,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/chat/chat-1`;
  const messages = [{ id: 'm0', role: 'user', parts: [{ type: 'text', text: 'hi' }] }];
  const post = await fetch(url, {
    method: 'POST',
    headers: { cookie: 'alice' },
    body: JSON.stringify({ messages }),
  });
  expect(await post.text()).toContain('Secret.');
  const statusOf = async (path: string, cookie?: string): Promise<number> =>
    (await fetch(`${url}${path}`, { headers: cookie === undefined ? {} : { cookie } })).status;
  expect([await statusOf('/stream', 'alice'), await statusOf('/stream', 'bob')]).toEqual([200, 204]);
  expect(await (await fetch(url, { headers: { cookie: 'bob' } })).json()).toEqual([]);
  expect([await statusOf(''), await statusOf('/stream')]).toEqual([401, 401]);
  const bad = await fetch(url, { method: 'POST', headers: { cookie: 'alice' }, body: '{"messages":[]}' });
  expect([bad.status, await bad.text()]).toEqual([
    400,
    'messages: the list is empty; send at least one message',
  ]);
  await close();
  server.closeAllConnections();
  server.close();
  await stores.close();
});
