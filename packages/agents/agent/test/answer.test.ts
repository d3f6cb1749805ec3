import { assistant, user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { plain } from './support/tools.ts';
import { call, faultOf, runError, world } from './support/world.ts';

describe('the text of a result', () => {
  it.each([
    [
      'The capital of Norway is Oslo, by the fjord.',
      'Already answered above.',
      'The capital of Norway is Oslo, by the fjord.',
    ],
    [
      'The capital of Norway is Oslo, by the fjord.',
      "I've already provided the answer in my previous message.",
      'The capital of Norway is Oslo, by the fjord.',
    ],
    ['I will count to it for you now.', '42', '42'],
    ['Let me look that up for you now.', 'As mentioned above, Oslo.', 'As mentioned above, Oslo.'],
    ['Let me look that up for you now.', 'There is nothing more to add.', 'There is nothing more to add.'],
    ['Let me look that up for you now.', 'Before 1925 it was Kristiania.', 'Before 1925 it was Kristiania.'],
  ])('of the turns %j and %j is %j', async (early, last, text) => {
    const { agent } = world([call('t', {}, early), last], { tools: [plain('t', () => 'x')] });
    expect((await agent.run('go')).text).toBe(text);
  });

  it('is that of an earlier turn, with a warning, if the last turn is empty', async () => {
    const { agent } = world([call('t', {}, 'Oslo.'), { text: '' }], { tools: [plain('t', () => 'x')] });
    const result = await agent.run('go');
    expect([result.text, result.done, faultOf(result.messages)]).toEqual(['Oslo.', 'answered', undefined]);
    expect(result.state.warnings).toEqual([
      { action: 'repaired', what: 'answer', why: 'the last turn was empty; an earlier text is the answer' },
    ]);
  });

  it('never comes from the answer to an earlier question', async () => {
    const { agent } = world(['See above.']);
    expect(
      (await agent.run([user('a?'), assistant('A long answer to another question.'), user('b?')])).text,
    ).toBe('See above.');
  });

  it('is missing if no turn has text, and the run fails', async () => {
    const { agent } = world([call('t'), { text: '' }], { tools: [plain('t', () => 'x')] });
    expect((await runError(agent.run('go'))).cause.message).toContain('no content');
  });
});

describe('loop limits', () => {
  const same = plain('same', () => 'as before');
  const bad = plain('bad', () => {
    throw new Error('no');
  });

  it('stop a run if every call fails', async () => {
    const turns = [call('same'), ...Array.from({ length: 9 }, () => call('bad'))];
    const result = await world(turns, { tools: [same, bad], loopLimits: { errorSteps: 3 } }).agent.run('go');
    expect([result.done, result.state.steps]).toEqual(['tool-loop', 4]);
  });

  it('stop a run that repeats a call, regardless of the order of the arguments', async () => {
    const turns = Array.from({ length: 9 }, (_, n) =>
      call('same', n % 2 === 0 ? { a: 1, b: 2 } : { b: 2, a: 1 }),
    );
    const result = await world(turns, { tools: [same], loopLimits: { repeats: 3 } }).agent.run('go');
    expect([result.done, result.state.steps]).toEqual(['tool-loop', 3]);
  });

  it('stop a run that alternates between two calls', async () => {
    const turns = Array.from({ length: 9 }, (_, n) => call('same', { a: n % 2 }));
    expect(
      (await world(turns, { tools: [same], loopLimits: { repeats: 3 } }).agent.run('go')).state.steps,
    ).toBe(5);
  });

  it('do not stop a run that polls and receives new results', async () => {
    let polled = 0;
    const poll = plain('poll', () => `${++polled} %`);
    const turns = [...Array.from({ length: 6 }, () => call('poll')), 'done'];
    expect(
      (await world(turns, { tools: [poll], loopLimits: { repeats: 3, errorSteps: 2 } }).agent.run('go')).done,
    ).toBe('answered');
  });
});
