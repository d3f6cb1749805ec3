import { assistant, user } from '@majordomo/core';
import { createRedactor } from '@majordomo/redact';
import { expect, it } from 'vitest';
import { excerptNote } from './excerpt-note.ts';

const TITLE = 'No summary could be written. These are excerpts:\n';
const many = Array.from({ length: 100 }, () => user('x'.repeat(193)));

it('contains a line for each message, after the previous summary', () => {
  const turns = [user('one'), assistant('two')];
  const excerpts = `${TITLE}user: one\nassistant: two`;
  expect(excerptNote(turns, undefined, createRedactor())).toBe(excerpts);
  expect(excerptNote(turns, 'before', createRedactor())).toBe(`before\n\n${excerpts}`);
});

it.each([
  ['without a previous summary', undefined, [2400, 4800]],
  ['with a short one', 'y'.repeat(1000), [2100, 4200]],
  ['with a long one', 'y'.repeat(9000), [1200, 2400]],
])('cuts the middle of long transcripts %s', (_, previous, lengths) => {
  const note = excerptNote(many, previous, createRedactor());
  const [head = '', tail = ''] = note
    .slice(note.indexOf(TITLE) + TITLE.length)
    .split(/\n\[… \d+ characters …\]\n/);
  expect([head.length, tail.length]).toEqual(lengths);
});

it('marks the cut of a long previous summary, which is redacted first', () => {
  const previous = `password=hunter22 ${'fact '.repeat(2000)}`;
  const note = excerptNote([user('hi')], previous, createRedactor());
  expect(note).toMatch(/^password=\[redacted\] (?:fact )+.*\n\[…\]\n/);
  expect(note).toContain('No summary could be written. These are excerpts:\nuser: hi');
  const [head = '', tail = ''] = (note.split('\n\n')[0] ?? '').split('\n[…]\n');
  expect([head.length, tail.length]).toEqual([2000, 1600]);
});
