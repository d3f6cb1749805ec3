import { inspect } from 'node:util';
import { TaskState } from '@a2a-js/sdk';
import { createAgent, type RunResult } from '@majordomo/agent';
import { createMajordomo, LlmError } from '@majordomo/core';
import { fakeClock, fakeProvider, refusedURL, type FakeCall, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { connectA2a, type A2aToolbox, type ConnectA2aOptions } from '../src/index.ts';
import { dataPart, textPart } from '../src/messages.ts';
import { listen } from './support/listen.ts';
import { sdkServer, type SdkServer } from './support/sdk-server.ts';

const { TASK_STATE_COMPLETED, TASK_STATE_FAILED, TASK_STATE_INPUT_REQUIRED, TASK_STATE_AUTH_REQUIRED } =
  TaskState;

const connect = ({ origin }: { readonly origin: string }, options: Partial<ConnectA2aOptions> = {}) =>
  connectA2a({ name: 'billing', url: origin, ...options });

const ask: Turn = { toolCalls: [{ name: 'billing', args: { task: 'How much?' } }] };

function agentWith(box: A2aToolbox, turns: readonly Turn[] = [ask, 'done']) {
  const fake = fakeProvider({ id: 'f', models: { m: turns } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('f/m');
  return { agent: createAgent({ model, toolboxes: [box] }), requests: fake.requests };
}

/** Runs an agent that calls the remote agent once, and returns the result of the call. */
async function resultOf(box: A2aToolbox) {
  const { agent, requests } = agentWith(box);
  await agent.run('go');
  return toolResult(requests);
}

function toolResult(requests: readonly FakeCall[]) {
  const message = requests[1]?.request.messages.at(-1);
  const [part] = message?.role === 'tool' ? message.parts : [];
  if (part?.type !== 'tool-result') throw new Error('expected a result');
  return part;
}

const textOf = ({
  content,
}: {
  readonly content: readonly { readonly type: string; readonly text?: string }[];
}) => content.map(({ text = '' }) => text).join('');

describe('a remote agent', () => {
  it('that refuses connections is an error of kind network with the reason', async () => {
    const origin = await refusedURL();
    await expect(connect({ origin })).rejects.toMatchObject({
      kind: 'network',
      message: expect.stringMatching(/^a2a "billing": .*ECONNREFUSED/) as string,
    });
  });

  it('is a toolbox with one tool, described by its card', async () => {
    await using server = await sdkServer((task) => task.say('5 euros'));
    await using box = await connect(server);
    expect(box.card.name).toBe('Billing');
    expect(box.tools.map(({ name, description }) => [name, description])).toEqual([
      ['billing', 'Knows bills'],
    ]);
    expect(textOf(await resultOf(box))).toBe('5 euros');
    expect(server.texts).toEqual(['How much?']);
  });

  it.each([
    ['with a stream', {}],
    ['without a stream', { streaming: false }],
    ['with messages of A2A 0.3', { isLegacy: true }],
    [
      'over HTTP+JSON',
      {
        card: (origin: string) => ({
          supportedInterfaces: [
            { url: `${origin}/rest`, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0', tenant: '' },
          ],
        }),
      },
    ],
  ])('answers with the artifacts of its task, %s', async (_, options) => {
    await using server = await sdkServer((task) => {
      task.begin();
      task.artifact('a', [textPart('5 ')]);
      task.artifact('a', [textPart('euros')], true);
      task.artifact('b', [dataPart({ cents: 500 })]);
      task.end(TASK_STATE_COMPLETED);
    }, options);
    await using box = await connect(server);
    expect(textOf(await resultOf(box))).toBe('5 euros\n\n{"cents":500}');
  });

  it('returns images, and states files that a model cannot receive', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000000d', 'hex');
    const file = (value: Buffer) => ({
      ...textPart(''),
      content: { $case: 'raw' as const, value },
      mediaType: 'x/y',
    });
    await using server = await sdkServer((task) => {
      task.begin();
      task.artifact('a', [
        file(png),
        file(Buffer.from('MZ')),
        { ...textPart(''), content: { $case: 'url', value: 'http://10.0.0.1/' } },
        { ...textPart(''), content: { $case: 'url', value: `${'x'.repeat(499)}😀` } },
      ]);
      task.end(TASK_STATE_COMPLETED);
    });
    await using box = await connect(server);
    const { content } = await resultOf(box);
    expect(content.map(({ type }) => type)).toEqual(['text', 'image']);
    expect(textOf({ content })).toBe(
      `[x/y , 2 bytes, omitted][link http://10.0.0.1/][link ${'x'.repeat(499)}]`,
    );
  });

  it('is bounded to 100,000 characters and 20 files', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000000d', 'hex');
    const image = { ...textPart(''), content: { $case: 'raw' as const, value: png } };
    await using server = await sdkServer((task) => {
      task.begin();
      task.artifact('a', [textPart('x'.repeat(200_000)), ...Array.from({ length: 25 }, () => image)]);
      task.end(TASK_STATE_COMPLETED);
    });
    await using box = await connect(server);
    const { content } = await resultOf(box);
    expect(content.filter(({ type }) => type === 'image')).toHaveLength(20);
    expect(textOf({ content }).length).toBeLessThanOrEqual(100_100);
  });

  it.each([
    ['failed', TASK_STATE_FAILED, 'no such bill', 'a2a "billing": the task failed: no such bill'],
    [
      'failed without a message',
      TASK_STATE_FAILED,
      undefined,
      'a2a "billing": the task failed: the agent sent no message',
    ],
    [
      'requires a login',
      TASK_STATE_AUTH_REQUIRED,
      'log in',
      'requires a login, which this client cannot provide: log in',
    ],
  ])('gives an error result if its task %s', async (_, state, text, problem) => {
    await using server = await sdkServer((task) => {
      task.begin();
      task.end(state, text);
    });
    await using box = await connect(server);
    const result = await resultOf(box);
    expect([result.isError, textOf(result)]).toEqual([true, expect.stringContaining(problem)]);
  });
});

describe('a question of a remote agent', () => {
  const asking = () =>
    sdkServer((task, text) => {
      task.begin();
      if (text === 'How much?') task.end(TASK_STATE_INPUT_REQUIRED, 'Which year?');
      else if (text === 'this one') task.end(TASK_STATE_INPUT_REQUIRED, 'A number, please');
      else task.end(TASK_STATE_COMPLETED, `5 euros in ${text}`);
    });

  const only = (paused: RunResult): string => paused.awaiting[0]?.id ?? '';

  it('pauses the run, and continues with the answers of settle', async () => {
    await using server = await asking();
    await using box = await connect(server);
    const { agent, requests } = agentWith(box);
    const paused = await agent.run('go');
    expect(paused.state.suspended?.[0]?.payload).toMatchObject({
      type: 'a2a-input',
      agent: 'billing',
      message: 'Which year?',
    });
    const first = await box.settle(paused.state, { [only(paused)]: 'this one' });
    expect(first.decisions).toEqual([]);
    expect(first.state.suspended?.[0]?.payload).toMatchObject({ message: 'A number, please' });
    const second = await box.settle(first.state, { [only(paused)]: '2026' });
    await agent.run(second.state, { decisions: second.decisions });
    expect(textOf(toolResult(requests))).toBe('5 euros in 2026');
    expect(server.texts).toEqual(['How much?', 'this one', '2026']);
  });

  it('can be answered again after a response was lost, without a second message', async () => {
    const statuses: number[] = [];
    await using server = await sdkServer(
      (task, text) => {
        task.begin();
        if (text === 'How much?') task.end(TASK_STATE_INPUT_REQUIRED, 'Which year?');
        else task.end(TASK_STATE_COMPLETED, `5 euros in ${text}`);
      },
      { statuses },
    );
    await using box = await connect(server);
    const { agent } = agentWith(box);
    const paused = await agent.run('go');
    statuses.push(503);
    await expect(box.settle(paused.state, { [only(paused)]: '2026' })).rejects.toThrow('503');
    const { decisions } = await box.settle(paused.state, { [only(paused)]: '2026' });
    const again = await box.settle(paused.state, { [only(paused)]: '2026' });
    expect(again.decisions).toEqual(decisions);
    expect(server.texts).toEqual(['How much?', '2026']);
  });

  it('of a call with the id of a member of every object is not answered if the answers omit it', async () => {
    await using server = await asking();
    await using box = await connect(server);
    const { agent } = agentWith(box, [
      { toolCalls: [{ id: 'constructor', name: 'billing', args: { task: 'How much?' } }] },
    ]);
    const { state } = await agent.run('go');
    expect(await box.settle(state, {})).toEqual({ state, decisions: [] });
    expect(server.texts).toEqual(['How much?']);
  });

  it('of another toolbox is not settled', async () => {
    await using server = await asking();
    await using box = await connect(server);
    await using other = await connect(server, { name: 'other' });
    const { agent } = agentWith(box);
    const paused = await agent.run('go');
    await expect(other.settle(paused.state, { [only(paused)]: '2026' })).rejects.toThrow('no call');
    expect(server.texts).toEqual(['How much?']);
  });
});

/** Returns a `fetch`, and a promise that resolves when the client has read the first event of a stream. */
function watchedFetch() {
  let read: () => void = () => undefined;
  const firstEvent = new Promise<void>((resolve) => (read = resolve));
  const watch = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      setImmediate(read);
    },
  });
  let isWatched = false;
  const watched: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    if (!isStream || isWatched || response.body === null) return response;
    isWatched = true;
    return new Response(response.body.pipeThrough(watch), response);
  };
  return { fetch: watched, firstEvent };
}

describe('a connection to a remote agent', () => {
  it('may be cut: the client subscribes again, and returns the answer', async () => {
    let end: () => void = () => undefined;
    await using server = await sdkServer(async (task) => {
      task.begin();
      await new Promise<void>((resolve) => (end = resolve));
      task.artifact('a', [textPart('5 euros')]);
      task.end(TASK_STATE_COMPLETED);
    });
    const { fetch, firstEvent } = watchedFetch();
    await using box = await connect(server, { fetch });
    const result = resultOf(box);
    await firstEvent;
    const before = server.seen.length;
    server.cut();
    // The client looks at the task, and subscribes.
    await expect.poll(() => server.seen.length).toBeGreaterThanOrEqual(before + 2);
    end();
    expect(textOf(await result)).toBe('5 euros');
    expect(server.texts).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['for any reason', undefined],
    [
      'because the task of another agent failed',
      new LlmError('server', 'it failed', { code: 'task-failed' }),
    ],
  ])('is aborted %s, and its task is canceled', async (_name, reason) => {
    await using server = await sdkServer(async (task) => {
      task.begin();
      await new Promise(() => undefined);
    });
    const { fetch, firstEvent } = watchedFetch();
    await using box = await connect(server, { fetch });
    const controller = new AbortController();
    const run = agentWith(box).agent.run('go', { signal: controller.signal });
    await firstEvent;
    controller.abort(reason);
    await expect(run).rejects.toThrow();
    await box.close();
    expect(server.canceled).toHaveLength(1);
  });

  it('ends after totalMs with an error result, and the task is canceled', async () => {
    const clock = fakeClock();
    await using server = await sdkServer(
      async (task) => {
        task.begin();
        await new Promise(() => undefined);
      },
      { streaming: false },
    );
    await using box = await connect(server, { clock, totalMs: 5000 });
    const result = resultOf(box);
    await expect.poll(() => server.seen.length).toBeGreaterThan(2);
    await clock.advance(5000);
    expect(textOf(await result)).toContain('did not end within 5000 ms');
    await expect.poll(() => server.canceled.length).toBe(1);
  });
});

describe('the body of a response', () => {
  it.each([302, 401, 403, 404, 429, 500])(
    'with status %i is cancelled, so that its connection is free',
    async (status) => {
      let cancelled = 0;
      const body = (): ReadableStream => new ReadableStream({ cancel: () => void cancelled++ });
      const fetch = () => Promise.resolve(new Response(body(), { status }));
      await expect(connect({ origin: 'https://a.example' }, { fetch })).rejects.toThrow('a2a "billing"');
      expect(cancelled).toBe(1);
    },
  );
});

describe('the credential', () => {
  it('is sent to the origin of url only, never to another endpoint that the card names', async () => {
    await using other = await sdkServer((task) => task.say('stolen?'));
    await using server = await sdkServer(() => undefined, {
      card: () => ({
        supportedInterfaces: [
          { url: `${other.origin}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' },
        ],
      }),
    });
    await using box = await connect(server, { credential: 'secret-token-of-mine' });
    expect(textOf(await resultOf(box))).toBe('stolen?');
    expect(server.seen.map(({ authorization }) => authorization)).toEqual(['Bearer secret-token-of-mine']);
    expect(other.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it('prefers an endpoint at the origin of url', async () => {
    await using other = await sdkServer(() => undefined);
    await using server: SdkServer = await sdkServer((task) => task.say('mine'), {
      card: (origin) => ({
        supportedInterfaces: [
          { url: `${other.origin}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' },
          { url: `${origin}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' },
        ],
      }),
    });
    await using box = await connect(server);
    expect(textOf(await resultOf(box))).toBe('mine');
    expect(other.seen).toEqual([]);
  });

  it('is not sent to the target of a redirect', async () => {
    const seen: (string | null)[] = [];
    await using other = await listen(() => (request) => {
      seen.push(request.headers.get('authorization'));
      return Promise.resolve(new Response());
    });
    await using server = await listen(
      () => () => Promise.resolve(new Response(null, { status: 307, headers: { location: other.origin } })),
    );
    const failure = connect(server, { credential: 'secret-token-of-mine' });
    await expect(failure).rejects.toThrow('pass its final address as url');
    expect(seen).toEqual([]);
  });

  it('is requested again after 401, and a refusal is an auth error without the token', async () => {
    const given: (string | undefined)[] = [];
    await using server = await listen(
      () => (request) =>
        Promise.resolve(
          new Response(null, {
            status: request.headers.get('authorization') === 'Bearer new-token' ? 404 : 401,
          }),
        ),
    );
    const credential: ConnectA2aOptions['credential'] = ({ rejected }) => {
      given.push(rejected);
      return rejected === undefined ? 'old-token' : 'new-token';
    };
    await expect(connect(server, { credential })).rejects.toThrow('no card at');
    expect(given).toEqual([undefined, 'old-token']);
    const failure = await connect(server, { credential: 'secret-token-of-mine' }).catch(
      (error: unknown) => error,
    );
    expect(LlmError.is(failure, 'auth')).toBe(true);
    expect(JSON.stringify(failure) + String(failure)).not.toContain('secret-token-of-mine');
  });

  it('is masked in an LlmError that its function throws after a refusal', async () => {
    await using server = await listen(() => () => Promise.resolve(new Response(null, { status: 401 })));
    const credential: ConnectA2aOptions['credential'] = ({ rejected }) => {
      if (rejected === undefined) return 'secret-token-of-mine';
      throw new LlmError('auth', `no replacement for ${rejected}`);
    };
    const failure: unknown = await connect(server, { credential }).catch((error: unknown) => error);
    expect(String(failure)).toContain('no replacement for');
    expect(inspect(failure, { depth: 20 })).not.toContain('secret-token-of-mine');
  });
});

describe('connectA2a', () => {
  it.each([
    ['name', { name: 'my agent' }],
    ['url', { url: 'ftp://a' }],
    ['url', { url: 'https://me:password@agent.example.com' }],
    ['url', { url: 'http://agent.example.com', credential: 'token' }],
    ['totalMs', { totalMs: Infinity }],
    ['credential', { credential: 5 as never }],
  ])('rejects an invalid %s before a request', async (path, options) => {
    const failure = await connectA2a({ name: 'a', url: 'http://127.0.0.1:1', ...options }).catch(
      (error: unknown) => error,
    );
    expect(LlmError.is(failure, 'config') && failure.details.path).toBe(path);
  });

  it.each([
    ['no JSON', 'hello', 'protocol', 'not a card'],
    [
      'a card of another version',
      '{"supportedInterfaces":[{"url":"http://127.0.0.1/","protocolBinding":"GRPC","protocolVersion":"1.0"}]}',
      'unsupported',
      'no endpoint',
    ],
    ['too long', `{"a":"${'x'.repeat(1024 * 1024)}"}`, 'protocol', 'more than'],
  ] as const)('rejects a card that is %s', async (_, body, kind, problem) => {
    await using server = await listen(() => () => Promise.resolve(new Response(body)));
    const failure = await connect(server).catch((error: unknown) => error);
    expect([LlmError.is(failure, kind), String(failure)]).toEqual([true, expect.stringContaining(problem)]);
  });
});
