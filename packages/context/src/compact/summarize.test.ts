import { assistant, user, type Message } from '@majordomo/core';
import { createRedactor } from '@majordomo/redact';
import { expect, it } from 'vitest';
import { scripted } from '../../test/support/world.ts';
import { summarize } from './summarize.ts';

/** The latest user messages in the prompt of a summary. */
async function latelyOf(fresh: readonly Message[]): Promise<string | undefined> {
  const { model, prompts } = scripted('SUMMARY');
  const order = { fresh, previous: undefined, focus: undefined, tokens: 100, promptTokens: 4000 };
  await summarize(order, { model, redactor: createRedactor() }, undefined);
  return /<lately>\n(.*)\n<\/lately>/s.exec(prompts()[0] ?? '')?.[1];
}

it('names the last three messages of the user, without those that have no text', async () => {
  const turns = [user('one'), assistant('answer'), user('two'), assistant('answer'), user(' three ')];
  expect(await latelyOf([...turns, assistant('answer')])).toBe('one\ntwo\nthree');
  expect(await latelyOf([...turns, user('four')])).toBe('two\nthree\nfour');
  expect(await latelyOf([...turns, user(' '), user('four')])).toBe('three\nfour');
  expect(await latelyOf([assistant('answer')])).toBeUndefined();
});

it('shortens each of these messages to a third of 700 characters', async () => {
  expect(await latelyOf([user('x'.repeat(300))])).toBe('x'.repeat(233));
});
