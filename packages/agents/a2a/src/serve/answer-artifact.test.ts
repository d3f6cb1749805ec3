import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { AnswerArtifact } from './answer-artifact.ts';

function artifact() {
  const clock = fakeClock();
  const sent: [string, boolean, number][] = [];
  const answer = new AnswerArtifact({ taskId: 't', contextId: 'c' }, clock, ({ artifact, append }) => {
    const { content } = artifact?.parts[0] ?? {};
    sent.push([String(content?.value), append, clock.now()]);
  });
  return { clock, sent, answer };
}

it('sends the first delta at once, and later ones at most every 50 ms', async () => {
  const { clock, sent, answer } = artifact();
  answer.add('a');
  await clock.advance(0);
  for (const text of ['b', 'c', 'd', 'e']) {
    answer.add(text);
    await clock.advance(20);
  }
  expect(sent).toEqual([
    ['a', false, 0],
    ['bcd', true, 50],
  ]);
});

it('replaces the text after a restart', async () => {
  const { clock, sent, answer } = artifact();
  answer.add('wrong');
  await clock.advance(0);
  answer.add(' text');
  answer.restart();
  answer.add('right');
  await clock.advance(100);
  expect(sent).toEqual([
    ['wrong', false, 0],
    ['right', false, 50],
  ]);
});

it('ends with the complete text, and leaves no timer', async () => {
  const { clock, sent, answer } = artifact();
  answer.add('a');
  answer.end('abc');
  await clock.advance(100);
  expect([sent, clock.pending]).toEqual([[['abc', false, 0]], 0]);
});

it('sends nothing after a stop', async () => {
  const { clock, sent, answer } = artifact();
  answer.add('a');
  answer.stop();
  await clock.advance(100);
  expect(sent).toEqual([]);
});
