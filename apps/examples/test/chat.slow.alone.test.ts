import { createServer, type RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo, LlmError, type ChatModel } from '@majordomo/core';
import { readSse } from '@majordomo/core/http';
import { createOpenAI } from '@majordomo/provider-openai';
import { openaiChat, startWireServer, type Step, type WireServer } from '@majordomo/conformance';
import { describeWith } from '@majordomo/services';
import { openBrowser, openPage } from '@majordomo/services/browser';
import { listen } from '@majordomo/test-support';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { expressChat } from '../src/chat-express.ts';
import { honoChat } from '../src/chat-hono.ts';
import { chatRoute } from '../src/chat-next.ts';
import { chatPage } from '../src/chat-page.ts';

// The examples log failures.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

const vendorOf = (...script: Step[]): Promise<WireServer> => startWireServer({ wire: openaiChat, script });

const modelOf = ({ baseURL }: { readonly baseURL: string }): ChatModel =>
  createMajordomo({
    providers: [createOpenAI({ apiKey: 'sk-secret', baseURL, api: 'chat' })],
    chain: { backoff: { baseMs: 1 } },
  }).model('openai/gpt-4o');

const clock = defineTool({
  name: 'clock',
  description: 'The time',
  parameters: { type: 'object', properties: {} },
  run: () => 'noon',
});

/** Chat servers of the examples, as handlers of a node:http server. */
const SERVERS: Readonly<Record<string, (model: ChatModel) => RequestListener>> = {
  Hono: (model) => getRequestListener(honoChat(model).fetch),
  'Next-style': (model) => getRequestListener(chatRoute(model)),
  Express: (model) => expressChat(model, createAgent({ model, tools: [clock] })),
};

const post = (url: string, body: string, signal?: AbortSignal): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body, signal: signal ?? null });

describe.each(Object.entries(SERVERS))('%s', (_name, handlerOf) => {
  it('streams an answer, and reports a failure without the key', async () => {
    await using vendor = await vendorOf('Hello you there.', { failure: 'auth' });
    const url = await listen(createServer(handlerOf(modelOf(vendor))));
    let text = '';
    for await (const event of readSse(await post(`${url}/chat`, 'hi')))
      if (event.type === 'text-delta') text += event.text;
    expect(text).toBe('Hello you there.');
    const failed = await post(`${url}/chat`, 'hi');
    const body = await failed.clone().text();
    expect(body).not.toContain('sk-secret');
    const events = readSse(failed)[Symbol.asyncIterator]();
    const error: unknown = await events.next().catch((reason: unknown) => reason);
    expect(LlmError.is(error, 'auth')).toBe(true);
  });

  it('closes the connection to the vendor when the reader disconnects', async () => {
    await using vendor = await vendorOf({ fault: 'stall', at: { content: 1 }, answer: 'Hello you there.' });
    const url = await listen(createServer(handlerOf(modelOf(vendor))));
    const leaving = new AbortController();
    const response = await post(`${url}/chat`, 'hi', leaving.signal);
    await readSse(response)[Symbol.asyncIterator]().next();
    leaving.abort();
    await expect.poll(() => vendor.requests[0]?.closedByClient).toBeGreaterThan(0);
  });
});

it('chat-express selects the events of an agent for the screen', async () => {
  const call = { parts: [{ type: 'tool-call', name: 'clock', json: '{}' }] } as const;
  await using vendor = await vendorOf(call, 'Noon.');
  const handler = SERVERS['Express'];
  const url = await listen(createServer(handler?.(modelOf(vendor))));
  const seen: unknown[] = [];
  for await (const event of readSse<object>(await post(`${url}/agent`, 'what time?'))) seen.push(event);
  expect(seen).toEqual([
    { type: 'tool', name: 'clock' },
    { type: 'text-delta', text: expect.any(String) as string },
  ]);
});

it('chat-page is a page of at most 40 lines of JavaScript', async () => {
  const url = await listen(chatPage(modelOf({ baseURL: 'http://127.0.0.1:9' })));
  const script = /<script type="module">\n(?<code>.*)<\/script>/s.exec(await (await fetch(url)).text());
  expect(script?.groups?.['code']?.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
});

describeWith('chromium', 'chat-page in Chromium', () => {
  it('shows answers and failures, and sends nothing again after a reload', async () => {
    const browser = await openBrowser();
    onTestFinished(() => browser.close());
    const words = 'Hello you there, all of you.';
    await using vendor = await vendorOf(
      { fault: 'stall', at: { content: 2 }, answer: words },
      { fault: 'reset', at: { content: 2 }, answer: words },
      'A second try, <b>unharmed</b>.',
      { failure: 'auth' },
    );
    const url = await listen(chatPage(modelOf(vendor)));
    await using opened = await openPage(browser, url);
    const { page } = opened;
    const ask = (question: string) =>
      page.evaluate(`document.forms[0].question.value = '${question}'; document.forms[0].requestSubmit()`);
    const shown = () =>
      page.evaluate<string[]>(`[...document.querySelectorAll('article')].map((one) => one.textContent)`);

    await expect.poll(() => page.evaluate(`document.forms.length`)).toBe(1);
    await ask('one');
    // The vendor has stopped sending, and the screen shows the received text.
    await expect.poll(async () => (await shown())[1]).toMatch(/^Hel/);
    expect((await shown())[1]).not.toBe(words);
    await page.reload();
    await expect.poll(() => vendor.requests[0]?.closedByClient).toBeGreaterThan(0);
    expect(await shown()).toEqual([]);
    await ask('two');
    await expect.poll(shown).toEqual(['two', 'A second try, <b>unharmed</b>.']);
    await ask('three');
    await expect.poll(async () => (await shown()).at(-1)).toMatch(/^auth: /);
  }, 60_000);
});
