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

/** Waits until the client closes the socket of the latest request. Returns whether the response was complete. */
const isResponseComplete = async (): Promise<boolean | undefined> =>
  (await server.requests.at(-1)?.closed)?.whole;

describe('an abort', () => {
  /** Aborts at `trigger`. Returns the kind of the error, and whether the response was complete when its socket closed. */
  async function abortWhen(
    provider: Provider,
    trigger: Promise<unknown> | 'content',
    delivery: 'deltas' | 'complete',
  ): Promise<[LlmError['kind'] | undefined, boolean | undefined]> {
    const controller = new AbortController();
    const abort = (): void => {
      controller.abort();
    };
    if (trigger !== 'content') void trigger.then(abort);
    let kind: LlmError['kind'] | undefined;
    try {
      for await (const step of provider
        .model('m')
        .stream(requestOf(), contextOf({ signal: controller.signal, delivery }))) {
        const batch = 'type' in step ? [step] : step;
        if (trigger === 'content' && batch.some(({ type }) => type === 'text-delta')) abort();
      }
    } catch (error) {
      if (LlmError.is(error)) kind = error.kind;
    }
    return [kind, await isResponseComplete()];
  }

  const createTrigger = (): { readonly trigger: Promise<void>; readonly resolveTrigger: () => void } => {
    let resolveTrigger = (): void => undefined;
    const trigger = new Promise<void>((resolve) => (resolveTrigger = resolve));
    return { trigger, resolveTrigger };
  };

  it('closes the socket before the response headers arrive', async () => {
    const { trigger, resolveTrigger } = createTrigger();
    const provider = await world(() => {
      resolveTrigger();
    });
    expect(await abortWhen(provider, trigger, 'deltas')).toEqual(['aborted', false]);
  });

  it('closes the socket while a stream is read', async () => {
    const provider = await world(stalls(delta({ content: 'half' })));
    expect(await abortWhen(provider, 'content', 'deltas')).toEqual(['aborted', false]);
  });

  it('closes the socket while a non-streaming body is read', async () => {
    const { trigger, resolveTrigger } = createTrigger();
    const provider = await world((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"choices": [', resolveTrigger);
    });
    expect(await abortWhen(provider, trigger, 'complete')).toEqual(['aborted', false]);
  });

  it('sends nothing if it comes before the call', async () => {
    const provider = await world(answers(answer('Hi')));
    const { error } = await collect(provider, requestOf(), contextOf({ signal: AbortSignal.abort() }));
    expect(error?.kind).toBe('aborted');
    expect(server.requests).toEqual([]);
  });
});

it('closes the socket if the consumer stops reading', async () => {
  const provider = await world(stalls(delta({ content: 'half' })));
  const events: ModelEvent[] = [];
  for await (const step of provider.model('m').stream(requestOf(), contextOf())) {
    events.push(...('type' in step ? [step] : step));
    if (events.some(({ type }) => type === 'text-delta')) break;
  }
  expect(await isResponseComplete()).toBe(false);
});
