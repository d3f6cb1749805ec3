import { LlmError, type ModelEvent, type Provider } from '@majordomo/core';
import {
  answers,
  contextOf,
  requestOf,
  stalls,
  testServer,
  type Answer,
  type TestServer,
} from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenAI, type ChatOptions } from '../src/index.ts';
import { collect } from './collected.ts';
import { answer, delta } from './server.ts';

let server: TestServer;
afterEach(() => server.close());

async function world(play: Answer, options: ChatOptions = {}): Promise<Provider> {
  server = await testServer(play);
  return createOpenAI({ api: 'chat', apiKey: 'sk-test', baseURL: `${server.origin}/v1`, ...options });
}

/** Waits until the client closes the socket of the latest request; returns whether the response was complete. */
const completed = async (): Promise<boolean | undefined> => (await server.requests.at(-1)?.closed)?.whole;

describe('an abort', () => {
  /** Aborts at a moment; returns the kind of the error and whether the response was complete when its socket closed. */
  async function abortWhen(
    provider: Provider,
    moment: Promise<unknown> | 'content',
    delivery: 'deltas' | 'complete',
  ): Promise<[LlmError['kind'] | undefined, boolean | undefined]> {
    const controller = new AbortController();
    const abort = (): void => {
      controller.abort();
    };
    if (moment !== 'content') void moment.then(abort);
    let kind: LlmError['kind'] | undefined;
    try {
      for await (const step of provider
        .model('m')
        .stream(requestOf(), contextOf({ signal: controller.signal, delivery }))) {
        const batch = 'type' in step ? [step] : step;
        if (moment === 'content' && batch.some(({ type }) => type === 'text-delta')) abort();
      }
    } catch (error) {
      if (LlmError.is(error)) kind = error.kind;
    }
    return [kind, await completed()];
  }

  const reached = (): { readonly moment: Promise<void>; readonly tell: () => void } => {
    let tell = (): void => undefined;
    const moment = new Promise<void>((resolve) => (tell = resolve));
    return { moment, tell };
  };

  it('before the headers closes the socket', async () => {
    const { moment, tell } = reached();
    const provider = await world(() => {
      tell();
    });
    const [kind, isComplete] = await abortWhen(provider, moment, 'deltas');
    expect(kind).toBe('aborted');
    expect(isComplete).toBe(false);
  });

  it('inside a stream closes the socket', async () => {
    const provider = await world(stalls(delta({ content: 'half' })));
    const [kind, isComplete] = await abortWhen(provider, 'content', 'deltas');
    expect(kind).toBe('aborted');
    expect(isComplete).toBe(false);
  });

  it('inside a body closes the socket', async () => {
    const { moment, tell } = reached();
    const provider = await world((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"choices": [', tell);
    });
    const [kind, isComplete] = await abortWhen(provider, moment, 'complete');
    expect(kind).toBe('aborted');
    expect(isComplete).toBe(false);
  });

  it('before the call sends nothing', async () => {
    const provider = await world(answers(answer('Hi')));
    const { error } = await collect(provider, requestOf(), contextOf({ signal: AbortSignal.abort() }));
    expect(error?.kind).toBe('aborted');
    expect(server.requests).toEqual([]);
  });
});

it('closes the socket if the consumer stops reading', async () => {
  const provider = await world(stalls(delta({ content: 'half' })));
  const seen: ModelEvent[] = [];
  for await (const step of provider.model('m').stream(requestOf(), contextOf())) {
    seen.push(...('type' in step ? [step] : step));
    if (seen.some(({ type }) => type === 'text-delta')) break;
  }
  expect(await completed()).toBe(false);
});
