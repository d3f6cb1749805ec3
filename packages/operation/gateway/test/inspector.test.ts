import { createRedactor } from '@majordomo/redact';
import { describe, expect, it } from 'vitest';
import { openaiClient } from './support/clients.ts';
import { byKey, startGateway, KEY } from './support/test-gateway.ts';

const TOKEN = 'a-token-that-nobody-guesses';
const ADMIN = 'key-of-the-operator';

/** Reads the events that a page receives until a call has ended. */
async function readEvents(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const abortController = new AbortController();
  const response = await fetch(`${url}/inspector/events`, { headers, signal: abortController.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!/event: calls\n.*"outcome":"(?:finished|failed)"/.test(text))
    text += (await reader.read()).value ?? '';
  abortController.abort();
  return text;
}

const sendChat = (url: string, apiKey = KEY) =>
  openaiClient({ url }, apiKey).chat.completions.create({
    model: 'gpt',
    messages: [{ role: 'user', content: 'A private question.' }],
  });

describe('the inspector of a gateway', () => {
  const authorizeAdmin = (request: Request) =>
    request.headers.get('authorization') === `Bearer ${ADMIN}` ? { admin: true } : byKey(request);

  it('shows calls of clients after access by the token and its cookie', async () => {
    await using testGateway = await startGateway({ gateway: { inspector: { token: TOKEN } } });
    await sendChat(testGateway.url);
    const tokenResponse = await fetch(`${testGateway.url}/inspector?token=${TOKEN}`, { redirect: 'manual' });
    expect(tokenResponse.status).toBe(303);
    const cookie = tokenResponse.headers.get('set-cookie')!.split(';')[0]!;
    const page = await fetch(`${testGateway.url}/inspector`, { headers: { cookie } });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<!doctype html>')]);
    const events = await readEvents(testGateway.url, { cookie });
    expect(events).toContain('"tenant":"team-a"');
    expect(events).toContain('openai/gpt-5.4');
    expect(events).not.toContain('private question');
  });

  it('resolves served names and specs', async () => {
    await using testGateway = await startGateway({ gateway: { authorize: authorizeAdmin, inspector: {} } });
    const headers = { authorization: `Bearer ${ADMIN}` };
    const meaning = await fetch(`${testGateway.url}/inspector/meaning?spec=gpt`, { headers });
    expect(await meaning.json()).toMatchObject({
      targets: [{ target: 'openai/gpt-5.4' }, { target: 'anthropic/claude-haiku-4-5' }],
    });
    const spec = await fetch(`${testGateway.url}/inspector/meaning?spec=openai/gpt-5.4`, { headers });
    expect(await spec.json()).toMatchObject({ targets: [{ target: 'openai/gpt-5.4' }] });
  });

  it('does not delay the close of a server while a page is connected', async () => {
    await using testGateway = await startGateway({ gateway: { authorize: authorizeAdmin, inspector: {} } });
    const headers = { authorization: `Bearer ${ADMIN}` };
    const page = await fetch(`${testGateway.url}/inspector/events`, { headers });
    await page.body!.getReader().read();
    // `close` would otherwise wait for the page.
    await testGateway.close(3_600_000);
  }, 30_000);

  it('refuses callers that are not admins', async () => {
    await using testGateway = await startGateway({ gateway: { authorize: authorizeAdmin, inspector: {} } });
    const status = async (headers: Readonly<Record<string, string>>): Promise<number> => {
      const response = await fetch(`${testGateway.url}/inspector`, { headers });
      await response.arrayBuffer();
      return response.status;
    };
    expect(await status({ authorization: `Bearer ${ADMIN}` })).toBe(200);
    expect(await status({ authorization: `Bearer ${KEY}` })).toBe(401);
    expect(await status({})).toBe(401);
  });

  it('requires the token on loopback without `authorize`', async () => {
    await using testGateway = await startGateway({
      gateway: { authorize: undefined, inspector: { token: TOKEN } },
    });
    expect((await fetch(`${testGateway.url}/inspector`)).status).toBe(401);
  });

  it.each([
    ['returns a string', () => 'admin' as never],
    ['returns another value as `admin`', () => ({ admin: 'yes' }) as never],
  ])('refuses access if `authorize` %s', async (_, authorize) => {
    await using testGateway = await startGateway({ gateway: { authorize, inspector: { token: TOKEN } } });
    expect((await fetch(`${testGateway.url}/inspector`)).status).toBe(401);
  });

  it('uses the router and the redactor of its options', async () => {
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
    await using testGateway = await startGateway({ gateway: { authorize: authorizeAdmin, inspector } });
    testGateway.majordomo.alias('best', 'openai/gpt-5.4');
    const headers = { authorization: `Bearer ${ADMIN}` };
    expect(
      await (await fetch(`${testGateway.url}/inspector/meaning?spec=best`, { headers })).text(),
    ).toContain('because');
    await sendChat(testGateway.url);
    const id = /"id":"([0-9a-f-]{36})"/.exec(await readEvents(testGateway.url, headers))![1]!;
    const content = await (await fetch(`${testGateway.url}/inspector/content?id=${id}`, { headers })).text();
    expect(content).not.toContain('private');
  });

  it('shows prompts with `content`', async () => {
    await using testGateway = await startGateway({
      gateway: { authorize: authorizeAdmin, inspector: { content: true } },
    });
    await sendChat(testGateway.url);
    const headers = { authorization: `Bearer ${ADMIN}` };
    const id = /"id":"([0-9a-f-]{36})"/.exec(await readEvents(testGateway.url, headers))![1]!;
    const content = await (await fetch(`${testGateway.url}/inspector/content?id=${id}`, { headers })).json();
    expect(content).toEqual({ messages: [{ role: 'user', text: 'A private question.' }], answer: 'hello' });
  });

  it('shows a call of the application once if two listeners report it', async () => {
    await using testGateway = await startGateway({ gateway: { authorize: authorizeAdmin, inspector: {} } });
    const applicationMajordomo = testGateway.majordomo.with({ onEvent: testGateway.gateway.onEvent });
    await applicationMajordomo
      .model('openai/gpt-5.4')
      .generate(
        { messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] },
        { onEvent: testGateway.gateway.onEvent },
      );
    const events = await readEvents(testGateway.url, { authorization: `Bearer ${ADMIN}` });
    expect(events.match(/"type":"call-start"/g)).toHaveLength(1);
  });
});
