import { assistant, user, type Message } from '@majordomo/core';
import { expect, it } from 'vitest';
import type { Plan } from './plan.ts';
import { replacementFor } from './replacement.ts';
import { ACKNOWLEDGMENT as OK, summaryMessage } from './summary-message.ts';

const system: Message = { role: 'system', parts: [{ type: 'text', text: 'Be kind.' }] };
const [u, a, question, answer] = [user('u'), assistant('a'), user('q'), assistant('x')];
const S = summaryMessage('S');
const planOf = (from: number, to: number, pinned: readonly Message[] = []): Plan => ({
  from,
  to,
  fresh: [],
  previous: undefined,
  pinned,
});

it.each<[string, readonly Message[], Plan, readonly Message[]]>([
  ['nothing before and an answer after it', [u, a], planOf(0, 1), [S]],
  ['a question after it', [u, a, u], planOf(0, 2), [S, OK]],
  ['a question before it', [u, a, a], planOf(1, 2), [u, OK, S]],
  ['an answer before and a question after it', [u, a, a, u], planOf(2, 3), [u, a, S, OK]],
  ['instructions before and in it', [system, u, system, a, a], planOf(2, 4), [system, system, u, OK, S]],
  ['instructions after it', [u, a, system], planOf(0, 2), [S]],
  ['a pinned question', [question, a, a], planOf(0, 2, [question]), [S, OK, question]],
  ['a pinned question before a question', [question, a, u], planOf(0, 2, [question]), [S, OK, question, OK]],
  ['a pinned answer before a question', [u, answer, u], planOf(0, 2, [answer]), [S, answer]],
  ['a pinned answer before an answer', [u, answer, a], planOf(0, 2, [answer]), [S]],
  [
    'a pinned answer and question',
    [u, answer, question, a, a],
    planOf(0, 4, [answer, question]),
    [S, answer, question],
  ],
])('the replacement with %s alternates the roles', (_name, messages, plan, expected) => {
  expect(replacementFor(messages, plan, 'S')).toEqual(expected);
});
