import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { modelOf } from './support/in-process.ts';
import { rejection, until, world } from './support/world.ts';

const textContent = (text: string) => [{ type: 'text', text }];

describe('a request of the server', () => {
  it.each(['sample', 'roots', 'form', 'browser'])('for %s is refused if it was not offered', async (name) => {
    const { run } = await world();
    expect(await run(name)).toEqual([{ type: 'text', text: expect.stringContaining('-32601') as string }]);
  });

  it('for a completion receives one of the model, within the token limit of the application', async () => {
    const { model, requests } = modelOf(['hi', 'hi', 'hi']);
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

  it('for more completions than allowed is refused, also after a restart', async () => {
    const { model, requests } = modelOf(['hi', 'hi', 'hi']);
    const { run } = await world({ sampling: { model, maxRequests: 2 } });
    await run('sample');
    await rejection(run('once'));
    await run('sample');
    expect(await run('sample')).toEqual([
      {
        type: 'text',
        text: expect.stringContaining('the limit of 2 requests per connection is reached') as string,
      },
    ]);
    expect(requests).toHaveLength(2);
  });

  it('for a completion that fails receives the error kind without facts of the vendor', async () => {
    const { model } = modelOf([]);
    const { run } = await world({ sampling: model });
    const [part] = (await run('sample')) as readonly { text: string }[];
    expect(JSON.parse(part?.text ?? '')).toEqual({
      code: -1,
      message: expect.stringMatching(/^the call of the model failed: [a-z-]+$/) as string,
    });
  });

  it('for roots receives those of the application', async () => {
    const { run } = await world({ roots: ['file:///home/me'] });
    expect(await run('roots')).toEqual(textContent('{"roots":[{"uri":"file:///home/me"}]}'));
  });

  it('for input receives the answer of the person, and pauses the timeout of the call', async () => {
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
    expect(await run('form')).toEqual(textContent('{"action":"accept","content":{"name":"Ann"}}'));
    expect(await run('browser')).toEqual(textContent('{"action":"decline"}'));
  });

  it('does not pause the timeout of a call after the person has answered', async () => {
    const clock = fakeClock();
    const { run, notes } = await world({
      timeoutMs: 150,
      clock,
      onElicit: async () => {
        await clock.advance(400);
        return { action: 'decline' };
      },
    });
    const hanging = rejection(run('hang'));
    await until(() => notes().includes('call hang'));
    await run('form');
    await clock.advance(150);
    expect(await hanging).toMatchObject({ kind: 'timeout' });
  });
});
