import { createRedactor } from '@majordomo/redact';
import { OpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import { byKey, startGateway, KEY } from './support/test-gateway.ts';

const TOKEN = 'a-token-that-nobody-guesses';
const ADMIN = 'key-of-the-operator';

/** Reads the events of a page until a call has ended. */
async function told(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const left = new AbortController();
  const response = await fetch(`${url}/inspector/events`, { headers, signal: left.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!/event: calls\n.*"outcome":"(?:finished|failed)"/.test(text))
    text += (await reader.read()).value ?? '';
  left.abort();
  return text;
}

const asked = (url: string, apiKey = KEY) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 }).chat.completions.create({
    model: 'gpt',
    messages: [{ role: 'user', content: 'A private question.' }],
  });

describe('the inspector of a gateway', () => {
  const admins = (request: Request) =>
    request.headers.get('authorization') === `Bearer ${ADMIN}` ? { admin: true } : byKey(request);

  it('shows calls of clients after access by the token and its cookie', async () => {
    await using h = await startGateway({ gateway: { inspector: { token: TOKEN } } });
    await asked(h.url);
    const opened = await fetch(`${h.url}/inspector?token=${TOKEN}`, { redirect: 'manual' });
    expect(opened.status).toBe(303);
    const cookie = opened.headers.get('set-cookie')!.split(';')[0]!;
    const page = await fetch(`${h.url}/inspector`, { headers: { cookie } });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<!doctype html>')]);
    const events = await told(h.url, { cookie });
    expect(events).toContain('"tenant":"team-a"');
    expect(events).toContain('openai/gpt-5.4');
    expect(events).not.toContain('private question');
  });

  it('resolves served names and specs', async () => {
    await using h = await startGateway({ gateway: { authorize: admins, inspector: {} } });
    const headers = { authorization: `Bearer ${ADMIN}` };
    const meaning = await fetch(`${h.url}/inspector/meaning?spec=gpt`, { headers });
    expect(await meaning.json()).toMatchObject({
      targets: [{ target: 'openai/gpt-5.4' }, { target: 'anthropic/claude-haiku-4-5' }],
    });
    const spec = await fetch(`${h.url}/inspector/meaning?spec=openai/gpt-5.4`, { headers });
    expect(await spec.json()).toMatchObject({ targets: [{ target: 'openai/gpt-5.4' }] });
  });

  it('does not delay the close of a server', async () => {
    await using h = await startGateway({ gateway: { authorize: admins, inspector: {} } });
    const headers = { authorization: `Bearer ${ADMIN}` };
    const page = await fetch(`${h.url}/inspector/events`, { headers });
    await page.body!.getReader().read();
    // It would otherwise wait for the page.
    await h.close(3_600_000);
  }, 30_000);

  it('admits admins only', async () => {
    await using h = await startGateway({ gateway: { authorize: admins, inspector: {} } });
    const status = async (headers: Readonly<Record<string, string>>): Promise<number> => {
      const response = await fetch(`${h.url}/inspector`, { headers });
      await response.arrayBuffer();
      return response.status;
    };
    expect(await status({ authorization: `Bearer ${ADMIN}` })).toBe(200);
    expect(await status({ authorization: `Bearer ${KEY}` })).toBe(401);
    expect(await status({})).toBe(401);
  });

  it('requires the token on loopback without `authorize`', async () => {
    await using h = await startGateway({ gateway: { authorize: undefined, inspector: { token: TOKEN } } });
    expect((await fetch(`${h.url}/inspector`)).status).toBe(401);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['returns a string', () => 'admin' as never],
    ['returns another value as `admin`', () => ({ admin: 'yes' }) as never],
  ])('refuses access if `authorize` %s', async (_, authorize) => {
    await using h = await startGateway({ gateway: { authorize, inspector: { token: TOKEN } } });
    expect((await fetch(`${h.url}/inspector`)).status).toBe(401);
  });

  it('uses the given router and redactor', async () => {
    const redactor = createRedactor({ secrets: () => ['private'] });
    const router = {
      names: () => ['best'],
      plan: () =>
        Promise.resolve({
          chain: 'openai/gpt-5.4',
          reason: 'because',
          candidates: [],
          rejected: [],
          warnings: [],
        }),
    };
    const inspector = { content: true, router, redactor };
    await using h = await startGateway({ gateway: { authorize: admins, inspector } });
    h.majordomo.alias('best', 'openai/gpt-5.4');
    const headers = { authorization: `Bearer ${ADMIN}` };
    expect(await (await fetch(`${h.url}/inspector/meaning?spec=best`, { headers })).text()).toContain(
      'because',
    );
    await asked(h.url);
    const id = /"id":"([0-9a-f-]{36})"/.exec(await told(h.url, headers))![1]!;
    const content = await (await fetch(`${h.url}/inspector/content?id=${id}`, { headers })).text();
    expect(content).not.toContain('private');
  });

  it('shows prompts with `content`', async () => {
    await using h = await startGateway({ gateway: { authorize: admins, inspector: { content: true } } });
    await asked(h.url);
    const headers = { authorization: `Bearer ${ADMIN}` };
    const id = /"id":"([0-9a-f-]{36})"/.exec(await told(h.url, headers))![1]!;
    const content = await (await fetch(`${h.url}/inspector/content?id=${id}`, { headers })).json();
    expect(content).toEqual({ messages: [{ role: 'user', text: 'A private question.' }], answer: 'hello' });
  });

  it('is not mounted by default', async () => {
    await using h = await startGateway();
    const response = await fetch(`${h.url}/inspector`, { headers: { authorization: `Bearer ${KEY}` } });
    expect(response.status).toBe(404);
  });

  it('shows calls of the application once', async () => {
    await using h = await startGateway({ gateway: { authorize: admins, inspector: {} } });
    const beside = h.majordomo.with({ onEvent: h.gateway.onEvent });
    await beside
      .model('openai/gpt-5.4')
      .generate(
        { messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] },
        { onEvent: h.gateway.onEvent },
      );
    const events = await told(h.url, { authorization: `Bearer ${ADMIN}` });
    expect(events.match(/"type":"call-start"/g)).toHaveLength(1);
  });
});
