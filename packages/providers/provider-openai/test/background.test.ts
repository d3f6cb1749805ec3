import { startJobServer, type JobPlan, type JobServer } from '@majordomo/conformance';
import { createMajordomo, user, type BackgroundBackend, type PreparedTarget } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { azureResponses, createOpenAI, openaiCompatible, xai } from '../src/index.ts';

const request = { messages: [user('hi')], reasoning: 'high' } as const;
const REASONED: JobPlan = {
  answer: {
    parts: [
      { type: 'reasoning', text: 'I think' },
      { type: 'text', text: 'A long answer. 😀' },
    ],
  },
};

interface Target extends PreparedTarget {
  readonly background: BackgroundBackend;
}

async function prepare(
  server: JobServer,
  provider = createOpenAI({ apiKey: 'k', baseURL: server.baseURL }),
): Promise<Target> {
  const majordomo = createMajordomo({ providers: [provider], env: {} });
  const [target] = await majordomo.prepare(`${provider.id}/gpt-5-pro`, request, { work: 'background' });
  if (target?.background === undefined) throw new Error('the target has no job API');
  return { ...target, background: target.background };
}

async function start({ background, capture, context }: Target): Promise<string> {
  const { body, headers } = await capture();
  return background.start(body, headers, 'token', context);
}

const stepsOf = ({ requests }: JobServer): readonly string[] => requests.map(({ step }) => step);

describe('background of OpenAI', () => {
  it('starts a stored job with a stream, and closes the stream after the first event', async () => {
    await using server = await startJobServer({ plan: () => ({ holdAt: 1 }) });
    const target = await prepare(server);
    const ref = await start(target);
    expect(ref).toBe('resp_job1?include[]=reasoning.encrypted_content');
    expect(server.requests[0]?.body).toMatchObject({ background: true, store: true, stream: true });
    expect((await target.background.look(ref, target.context)).state).toBe('queued');
    server.jobs[0]?.release();
    expect((await target.background.look(ref, target.context)).state).toBe('ended');
  });

  it('reads the same answer with its replay tokens from a look and from a stream', async () => {
    await using server = await startJobServer({ plan: () => REASONED });
    const target = await prepare(server);
    const ref = await start(target);
    const { answer } = await target.background.look(ref, target.context);
    const events = await target.background.stream?.(ref, undefined, target.context);
    if (answer === undefined || events === undefined) throw new Error('no answer');
    const [looked, streamed] = [await target.read(answer).response(), await target.read(events).response()];
    expect(looked.message).toEqual(streamed.message);
    expect(looked.parts[0]).toMatchObject({
      type: 'reasoning',
      replay: { data: { encrypted_content: expect.any(String) } },
    });
    expect(looked.usage).toEqual(streamed.usage);
  });

  it('continues a stream after a cursor, and recognizes the last event', async () => {
    await using server = await startJobServer({ plan: () => 'some words of an answer' });
    const target = await prepare(server);
    const ref = await start(target);
    const stream = async (after?: string): Promise<readonly string[]> => {
      const response = await target.background.stream?.(ref, after, target.context);
      const text = (await response?.text()) ?? '';
      return text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []));
    };
    const all = await stream();
    const facts = all.map((data) => target.background.readEvent?.(data));
    expect(facts.map((each) => each?.cursor)).toEqual(all.map((_, at) => String(at)));
    expect(facts.map((each) => each?.isLast)).toEqual(all.map((_, at) => at === all.length - 1));
    expect(await stream('2')).toEqual(all.slice(3));
  });

  it('cancels a job twice, and an ended or deleted job, without an error', async () => {
    await using server = await startJobServer({ plan: () => ({ looks: 10 }) });
    const target = await prepare(server);
    const ref = await start(target);
    for (const _ of [1, 2]) await target.background.cancel?.(ref, target.context);
    expect(server.jobs[0]?.status).toBe('cancelled');
    for (const _ of [1, 2]) await target.background.remove?.(ref, target.context);
    await target.background.cancel?.(ref, target.context);
    await expect(target.background.look(ref, target.context)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('rejects with the kinds of live calls', async () => {
    const bodies = [
      {
        status: 429,
        body: { error: { message: 'slow down', code: 'rate_limit_exceeded' } },
        headers: { 'retry-after': '7' },
      },
      { status: 401, body: { error: { message: 'bad key' } } },
    ];
    await using server = await startJobServer({ before: () => bodies.shift() });
    const target = await prepare(server);
    await expect(start(target)).rejects.toMatchObject({
      kind: 'rate-limit',
      details: { retryAfterMs: 7000 },
    });
    await expect(start(target)).rejects.toMatchObject({ kind: 'auth' });
  });

  it('rejects a server that ignores background, with the status of the answer that it may bill', async () => {
    await using server = await startJobServer();
    const provider = createOpenAI({
      apiKey: 'k',
      baseURL: server.baseURL,
      fetch: (input, init) => {
        const { body } = init ?? {};
        if (typeof body !== 'string') return fetch(input, init);
        return fetch(input, { ...init, body: body.replace('"background":true,', '') });
      },
    });
    const target = await prepare(server, provider);
    await expect(start(target)).rejects.toMatchObject({ kind: 'unsupported', details: { status: 200 } });
  });

  it('reads a failed and a cancelled response as an error', async () => {
    const plans: JobPlan[] = [
      { fails: { code: 'rate_limit_exceeded', message: 'busy' } },
      { fails: 'cancelled' },
    ];
    await using server = await startJobServer({ plan: (_, number) => plans[number] ?? {} });
    const target = await prepare(server);
    for (const kind of ['rate-limit', 'server']) {
      const ref = await start(target);
      const { answer = new Response() } = await target.background.look(ref, target.context);
      const attempts = [{ outcome: 'failed', usage: { input: 12, output: 5 } }];
      await expect(target.read(answer).response()).rejects.toMatchObject({ kind, details: { attempts } });
      const events = (await target.background.stream?.(ref, undefined, target.context)) ?? new Response();
      await expect(target.read(events).response()).rejects.toMatchObject({ kind });
    }
  });

  it('is available for Azure, and uses the declared retention', async () => {
    await using server = await startJobServer();
    const azure = openaiCompatible(
      { ...azureResponses(), baseURL: `${server.url}/openai/v1`, baseURLEnv: undefined },
      { apiKey: 'k', data: { retentionDays: 0 } },
    );
    const target = await prepare(server, azure as never);
    expect(target.background.retentionDays).toBe(0);
    expect((await prepare(server)).attempt.data).toMatchObject({ retentionDays: 30 });
    const ref = await start(target);
    expect((await target.background.look(ref, target.context)).state).toBe('ended');
    expect(stepsOf(server)).toEqual(['start', 'look']);
  });
});

describe('the server of jobs', () => {
  const post = (server: JobServer, body: object): Promise<Response> =>
    fetch(`${server.baseURL}/responses`, {
      method: 'POST',
      headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', input: 'hi', background: true, ...body }),
    });
  const get = (server: JobServer, query = ''): Promise<Response> =>
    fetch(`${server.baseURL}/responses/resp_job1${query}`, { headers: { authorization: 'Bearer k' } });

  it('deletes a job without store 10 minutes after its end', async () => {
    const clock = fakeClock();
    await using server = await startJobServer({ clock });
    await post(server, { store: false });
    expect((await get(server)).status).toBe(200);
    await clock.advance(599_999);
    expect((await get(server)).status).toBe(200);
    await clock.advance(1);
    expect((await get(server)).status).toBe(404);
  });

  it('streams only jobs that were created with a stream', async () => {
    await using server = await startJobServer();
    await post(server, { store: true });
    const response = await get(server, '?stream=true');
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('not enabled') as string,
    ]);
  });

  it('sends encrypted reasoning only if include is repeated, and other chunks in another stream', async () => {
    await using server = await startJobServer({ plan: () => REASONED });
    await (
      await post(server, { store: true, stream: true, include: ['reasoning.encrypted_content'] })
    ).text();
    expect(await (await get(server)).text()).not.toContain('encrypted_content');
    const repeated = '?include[]=reasoning.encrypted_content';
    expect(await (await get(server, repeated)).text()).toContain('encrypted_content');
    const streams = [];
    for (const _ of [1, 2]) streams.push(await (await get(server, `${repeated}&stream=true`)).text());
    expect(streams[0]).not.toBe(streams[1]);
  });
});

describe('deferred completions of xAI', () => {
  it('are looked at until they have ended, and are read once', async () => {
    await using server = await startJobServer({ plan: () => ({ answer: 'deferred text', looks: 2 }) });
    const target = await prepare(
      server,
      openaiCompatible(xai, { apiKey: 'k', baseURL: server.baseURL }) as never,
    );
    const ref = await start(target);
    expect(server.requests[0]?.body).toMatchObject({ deferred: true });
    const look = (): ReturnType<BackgroundBackend['look']> => target.background.look(ref, target.context);
    expect([(await look()).state, (await look()).state]).toEqual(['running', 'running']);
    const { answer = new Response() } = await look();
    expect(await target.read(answer).response()).toMatchObject({ text: 'deferred text' });
    await expect(look()).rejects.toMatchObject({ kind: 'not-found' });
    expect([target.background.stream, target.background.cancel]).toEqual([undefined, undefined]);
  });
});
