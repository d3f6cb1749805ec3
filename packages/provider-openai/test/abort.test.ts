import { LlmError, type ModelEvent, type Provider } from '@majordomo/core';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenAI, type ChatOptions } from '../src/index.ts';
import { collect, context, request } from './collected.ts';
import { answer, delta, events, json, startServer, type TestServer } from './server.ts';

let server: TestServer;
afterEach(() => server.close());

async function world(play: Parameters<typeof startServer>[0], options: ChatOptions = {}): Promise<Provider> {
  server = await startServer(play);
  return createOpenAI({ api: 'chat', apiKey: 'sk-test', baseURL: `${server.origin}/v1`, ...options });
}

describe('an abort', () => {
  /** Aborts at a moment; gives the error and how long the socket lived on. */
  async function abortWhen(
    provider: Provider,
    moment: Promise<unknown> | 'content',
    delivery: 'deltas' | 'whole',
  ): Promise<[LlmError['kind'] | undefined, number]> {
    const controller = new AbortController();
    let from = 0;
    const abort = (): void => {
      from = performance.now();
      controller.abort();
    };
    if (moment !== 'content') void moment.then(abort);
    let kind: LlmError['kind'] | undefined;
    try {
      for await (const step of provider
        .model('m')
        .stream(request(), context({ signal: controller.signal, delivery }))) {
        const batch = 'type' in step ? [step] : step;
        if (moment === 'content' && batch.some(({ type }) => type === 'text-delta')) abort();
      }
    } catch (error) {
      if (LlmError.is(error)) kind = error.kind;
    }
    return [kind, await server.closed(from)];
  }

  const reached = (): { readonly moment: Promise<void>; readonly tell: () => void } => {
    let tell = (): void => undefined;
    const moment = new Promise<void>((resolve) => (tell = resolve));
    return { moment, tell };
  };

  it('before the headers closes the socket within 100 ms', async () => {
    const { moment, tell } = reached();
    const provider = await world(() => {
      tell();
    });
    const [kind, ms] = await abortWhen(provider, moment, 'deltas');
    expect(kind).toBe('aborted');
    expect(ms).toBeLessThan(100);
  });

  it('in the middle of a stream closes the socket within 100 ms', async () => {
    const provider = await world((response) => {
      events(response, [delta({ content: 'half' })], false);
    });
    const [kind, ms] = await abortWhen(provider, 'content', 'deltas');
    expect(kind).toBe('aborted');
    expect(ms).toBeLessThan(100);
  });

  it('in the middle of a whole body closes the socket within 100 ms', async () => {
    const { moment, tell } = reached();
    const provider = await world((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"choices": [', tell);
    });
    const [kind, ms] = await abortWhen(provider, moment, 'whole');
    expect(kind).toBe('aborted');
    expect(ms).toBeLessThan(100);
  });

  it('that came first sends nothing', async () => {
    const provider = await world((response) => {
      json(response, answer('Hi'));
    });
    const { error } = await collect(provider, request(), context({ signal: AbortSignal.abort() }));
    expect(error?.kind).toBe('aborted');
    expect(server.received).toEqual([]);
  });
});

it('a consumer that walks away closes the socket within 100 ms', async () => {
  const provider = await world((response) => {
    events(response, [delta({ content: 'half' })], false);
  });
  const seen: ModelEvent[] = [];
  for await (const step of provider.model('m').stream(request(), context())) {
    seen.push(...('type' in step ? [step] : step));
    if (seen.some(({ type }) => type === 'text-delta')) break;
  }
  expect(await server.closed(performance.now())).toBeLessThan(100);
});
