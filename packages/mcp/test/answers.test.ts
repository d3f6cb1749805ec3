import { createMajordomo, type ChatModel } from '@majordomo/core';
import { fakeClock, fakeProvider, type FakeCall } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { rejection, world } from './support/world.ts';

function modelOf(...turns: string[]): { model: ChatModel; requests: readonly FakeCall[] } {
  const fake = fakeProvider({ id: 'f', models: { m: turns } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('f/m');
  return { model, requests: fake.requests };
}

const said = (text: string) => [{ type: 'text', text }];

describe('a server that asks', () => {
  it.each(['sample', 'roots', 'form', 'browser'])(
    'for %s without having been offered it, is refused',
    async (name) => {
      const { run } = await world();
      expect(await run(name)).toEqual([{ type: 'text', text: expect.stringContaining('-32601') as string }]);
    },
  );

  it('for a completion gets one of the model, of at most the tokens that the app allows', async () => {
    const { model, requests } = modelOf('hi', 'hi', 'hi');
    const { run } = await world({ sampling: { model, maxTokens: 20 } });
    const answer = {
      role: 'assistant',
      content: { type: 'text', text: 'hi' },
      model: 'f/m',
      stopReason: 'endTurn',
    };
    const [part] = (await run('sample')) as readonly { text: string }[];
    expect(JSON.parse(part?.text ?? '')).toEqual(answer);
    await run('sample', { maxTokens: 5 });
    expect(requests.map(({ request }) => [request.maxTokens, request.system])).toEqual([
      [20, 'be brief'],
      [5, 'be brief'],
    ]);
  });

  it('for more completions than it may have is refused, also after it was started anew', async () => {
    const { model, requests } = modelOf('hi', 'hi', 'hi');
    const { run } = await world({ sampling: { model, maxRequests: 2 } });
    await run('sample');
    await rejection(run('once'));
    await run('sample');
    expect(await run('sample')).toEqual([
      { type: 'text', text: expect.stringContaining('2 requests a connection are allowed') as string },
    ]);
    expect(requests).toHaveLength(2);
  });

  it('for a completion that fails is told the kind, and nothing of the vendor', async () => {
    const { model } = modelOf();
    const { run } = await world({ sampling: model });
    const [part] = (await run('sample')) as readonly { text: string }[];
    expect(JSON.parse(part?.text ?? '')).toEqual({
      code: -1,
      message: expect.stringMatching(/^the model did not answer: [a-z-]+$/) as string,
    });
  });

  it('for roots gets those of the app', async () => {
    const { run } = await world({ roots: ['file:///home/me'] });
    expect(await run('roots')).toEqual(said('{"roots":[{"uri":"file:///home/me"}]}'));
  });

  it('for something of the person gets what they said, and a call does not time out meanwhile', async () => {
    const clock = fakeClock();
    const { run } = await world({
      timeoutMs: 150,
      clock,
      onElicit: async (question) => {
        await clock.advance(400);
        return question.mode === 'url'
          ? { action: 'decline' }
          : { action: 'accept', content: { name: 'Ann' } };
      },
    });
    expect(await run('form')).toEqual(said('{"action":"accept","content":{"name":"Ann"}}'));
    expect(await run('browser')).toEqual(said('{"action":"decline"}'));
  });

  it('for a form is told when what was filled in does not fit, and cancelled when the app fails', async () => {
    const wrong = await world({ onElicit: () => ({ action: 'accept', content: { name: 7 } }) });
    expect(await wrong.run('form')).toEqual([
      { type: 'text', text: expect.stringContaining('does not fit the form') as string },
    ]);
    const failing = await world({
      onElicit: () => {
        throw new Error('no screen');
      },
    });
    expect(await failing.run('form')).toEqual(said('{"action":"cancel"}'));
  });
});
