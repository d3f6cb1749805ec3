import { getEventListeners } from 'node:events';
import { createMajordomo, user, type Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createCerebras } from '@majordomo/provider-cerebras';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { createOllama } from '@majordomo/provider-ollama';
import { createOpenAI } from '@majordomo/provider-openai';
import { describe, expect, it } from 'vitest';

/** Number of calls. With SOAK=1, as in the nightly run, 1000. */
const CALLS = process.env['SOAK'] === undefined ? 100 : 1000;
const apiKey = 'k1';
const chat = {
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hi' } }],
};
const output = [
  {
    type: 'message',
    id: 'm',
    role: 'assistant',
    content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
  },
];

/** A provider of each wire, and a complete response of its server. */
const WIRES: Readonly<Record<string, readonly [provider: Provider, response: object]>> = {
  'openai, Responses': [createOpenAI({ apiKey }), { id: 'r', status: 'completed', output }],
  'openai, Chat Completions': [createOpenAI({ apiKey, api: 'chat' }), chat],
  groq: [createGroq({ apiKey }), chat],
  cerebras: [createCerebras({ apiKey }), chat],
  anthropic: [
    createAnthropic({ apiKey }),
    { id: 'm', role: 'assistant', content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' },
  ],
  google: [
    createGoogle({ apiKey }),
    { candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }] },
  ],
  ollama: [
    createOllama(),
    { model: 'm', message: { role: 'assistant', content: 'Hi' }, done: true, done_reason: 'stop' },
  ],
  cloudflare: [createCloudflare({ apiKey, accountId: 'a' }), { success: true, result: { response: 'Hi' } }],
};

describe.each(Object.entries(WIRES))('%s', (_name, [provider, response]) => {
  it(`leaves at most one listener on the signal of ${CALLS} calls and lists of models`, async () => {
    const { signal } = new AbortController();
    const majordomo = createMajordomo({
      providers: [provider],
      fetch: () => Promise.resolve(Response.json(response)),
    });
    const model = majordomo.model(`${provider.id}/m`);
    for (let call = 0; call < CALLS; call += 1) {
      const { text } = await model.generate({ messages: [user('hi')] }, { signal });
      expect(text).toBe('Hi');
      if (call % 10 === 0) await majordomo.listModels(provider.id, { signal }).catch(() => undefined);
    }
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
  });

  it('aborts a call with the reason of the signal', async () => {
    const controller = new AbortController();
    let aborted: unknown;
    const majordomo = createMajordomo({
      providers: [provider],
      fetch: (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => {
            aborted = init.signal?.aborted;
            reject(new DOMException('aborted', 'AbortError'));
          });
          controller.abort(new Error('enough'));
        }),
    });
    const call = majordomo
      .model(`${provider.id}/m`)
      .generate({ messages: [user('hi')] }, { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ kind: 'aborted', cause: new Error('enough') });
    expect(aborted).toBe(true);
  });
});
