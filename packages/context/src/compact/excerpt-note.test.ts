import { user } from '@majordomo/core';
import { createRedactor } from '@majordomo/redact';
import { expect, it } from 'vitest';
import { excerptNote } from './excerpt-note.ts';

it('marks the cut of a long previous summary, which is redacted first', () => {
  const previous = `password=hunter22 ${'fact '.repeat(2000)}`;
  const note = excerptNote([user('hi')], previous, createRedactor());
  expect(note).toMatch(/^password=\[redacted\] (?:fact )+.*\n\[…\]\n/);
  expect(note).toContain('No summary could be written. These are excerpts:\nuser: hi');
  expect(note.length).toBeLessThan(4000);
});
