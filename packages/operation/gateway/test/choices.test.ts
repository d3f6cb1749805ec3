import type { Script } from '@majordomo/conformance';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { openaiClient, post } from './support/clients.ts';
import { startGateway, type TestGateway } from './support/test-gateway.ts';

const messages = [{ role: 'user' as const, content: 'hi' }];

/** Returns a script that answers each request with its number. */
const numberedAnswers = (): Script => {
  let requests = 0;
  return () => `answer ${requests++}`;
};

describe('a chat completion with several choices', () => {
  it('calls the chain once per choice, sums the usage and warns', async () => {
    await using testGateway = await startGateway({ openai: numberedAnswers() });
    const { data, response } = await openaiClient(testGateway)
      .chat.completions.create({ model: 'gpt', messages, n: 3 })
      .withResponse();
    expect(data.choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [0, 'stop'],
      [1, 'stop'],
      [2, 'stop'],
    ]);
    expect(data.choices.map(({ message }) => message.content).toSorted()).toEqual([
      'answer 0',
      'answer 1',
      'answer 2',
    ]);
    expect(data.usage).toMatchObject({ prompt_tokens: 36, completion_tokens: 15, total_tokens: 51 });
    expect(response.headers.get('x-majordomo-warnings')).toMatch(/^emulated n: /);
    expect(response.headers.get('x-majordomo-attempts')).toBe('3');
    expect(testGateway.openai.requests).toHaveLength(3);
  });

  it('streams the choices with one end and the total usage', async () => {
    await using testGateway = await startGateway({ openai: numberedAnswers() });
    const stream = await openaiClient(testGateway).chat.completions.create({
      model: 'gpt',
      messages,
      n: 3,
      stream: true,
      stream_options: { include_usage: true },
    });
    const texts = ['', '', ''];
    const finishedIndexes: number[] = [];
    const ids = new Set<string>();
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      ids.add(chunk.id);
      for (const { index, delta, finish_reason } of chunk.choices) {
        texts[index] += delta.content ?? '';
        if (finish_reason !== null) finishedIndexes.push(index);
      }
      usage = chunk.usage ?? usage;
    }
    expect(texts.toSorted()).toEqual(['answer 0', 'answer 1', 'answer 2']);
    expect([finishedIndexes.toSorted(), ids.size]).toEqual([[0, 1, 2], 1]);
    expect(usage).toMatchObject({ prompt_tokens: 36, completion_tokens: 15 });
    const response = await post(testGateway, '/v1/chat/completions', {
      model: 'gpt',
      messages,
      n: 2,
      stream: true,
    });
    expect((await response.text()).split('[DONE]')).toHaveLength(2);
  });

  const singleTarget = { models: { gpt: 'openai/gpt-5.4' } };

  /** Returns how the first requests to the vendor ended. */
  const outcomesOf = async ({ openai }: TestGateway, count: number): Promise<readonly string[]> => {
    const exchanges = await Promise.all(Array.from({ length: count }, (_, number) => openai.request(number)));
    await Promise.all(exchanges.map(({ ended }) => ended));
    return exchanges.map(({ outcome }) => outcome);
  };

  it.each([false, true])(
    'fails and aborts the other choices if one choice fails (streamed: %s)',
    async (stream) => {
      const script: Script = [{ fault: 'late' }, { fault: 'late' }, { failure: 'overloaded' }];
      await using testGateway = await startGateway({ openai: script, gateway: singleTarget });
      const pendingCompletion = openaiClient(testGateway).chat.completions.create({
        model: 'gpt',
        messages,
        n: 3,
        stream,
      });
      await expect(pendingCompletion).rejects.toMatchObject({ status: 503 });
      expect(await outcomesOf(testGateway, 2)).toEqual(['left', 'left']);
    },
  );

  it('ends a stream with an error and aborts the other choices if one choice fails in mid-stream', async () => {
    const answer = { parts: [{ type: 'text' as const, text: 'one two three', chunks: 3 }] };
    const script: Script = [
      { fault: 'stall', answer },
      { fault: 'stall', answer },
      { fault: 'cut', answer },
    ];
    await using testGateway = await startGateway({ openai: script, gateway: singleTarget });
    const stream = await openaiClient(testGateway).chat.completions.create({
      model: 'gpt',
      messages,
      n: 3,
      stream: true,
    });
    const consumeStream = (async () => {
      for await (const chunk of stream) expect(chunk.choices.length).toBeLessThan(2);
    })();
    await expect(consumeStream).rejects.toThrow();
    expect(await outcomesOf(testGateway, 2)).toEqual(['left', 'left']);
  });

  it('aborts all requests if the client disconnects', async () => {
    await using testGateway = await startGateway({
      openai: [{ fault: 'late' }, { fault: 'late' }, { fault: 'late' }],
    });
    const abortController = new AbortController();
    const { signal } = abortController;
    const pendingCompletion = openaiClient(testGateway).chat.completions.create(
      { model: 'gpt', messages, n: 3 },
      { signal },
    );
    await testGateway.openai.request(2);
    abortController.abort();
    await expect(pendingCompletion).rejects.toThrow();
    expect(await outcomesOf(testGateway, 3)).toEqual(['left', 'left', 'left']);
  });
});
