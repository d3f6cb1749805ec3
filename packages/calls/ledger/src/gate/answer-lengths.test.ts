import { expect, it } from 'vitest';
import { AnswerLengths } from './answer-lengths.ts';

const filled = (targets: number): AnswerLengths => {
  const lengths = new AnswerLengths();
  for (let target = 0; target < targets; target++)
    for (let answer = 1; answer <= 5; answer++) lengths.add(`t${target}`, answer);
  return lengths;
};

it('returns undefined with fewer than five responses', () => {
  const lengths = new AnswerLengths();
  for (let answer = 1; answer < 5; answer++) lengths.add('t', answer);
  expect(lengths.likely('t')).toBeUndefined();
  lengths.add('t', 3);
  expect(lengths.likely('t')).toBe(4);
});

it('returns the length that 99 of 100 responses did not exceed, out of the last 200', () => {
  const lengths = new AnswerLengths();
  for (let answer = 0; answer < 10; answer++) lengths.add('t', 9999);
  for (let answer = 1; answer <= 200; answer++) lengths.add('t', answer);
  expect(lengths.likely('t')).toBe(198);
});

it('forgets all targets when a 1,001st target appears, and none for a known target', () => {
  const lengths = filled(1000);
  lengths.add('t0', 9);
  expect(lengths.likely('t999')).toBe(5);
  lengths.add('another', 9);
  expect(lengths.likely('t999')).toBeUndefined();
});
