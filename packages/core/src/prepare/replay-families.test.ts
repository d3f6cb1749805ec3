import { expect, it } from 'vitest';
import { chatReasoningFamily, currentFamily, geminiFamily, responsesFamily } from './replay.ts';

const HOUSE = 'https://llm.internal.example:8443/v1';

it('contains no URL and distinguishes two URLs', () => {
  const family = chatReasoningFamily('lab', HOUSE);
  expect(family).toMatch(/^chat-reasoning@[\da-f]{8}#lab$/);
  expect(responsesFamily('openai', HOUSE, 'org')).toMatch(/^openai@[\da-f]{8}#org$/);
  expect(chatReasoningFamily('lab', `${HOUSE}/b`)).not.toBe(family);
});

it('is the same for each key in the URL', () => {
  const keyed = HOUSE.replace('//', '//user:secret@') + '?key=secret#a';
  expect(chatReasoningFamily('lab', keyed, 'claude')).toBe(chatReasoningFamily('lab', HOUSE, 'claude'));
});

it.each([
  [`chat-reasoning@${HOUSE}#lab/anthropic`, chatReasoningFamily('lab', HOUSE, 'anthropic')],
  [`openai@${HOUSE}#org`, responsesFamily('openai', HOUSE, 'org')],
  [`xai@${HOUSE}#xai`, responsesFamily('xai', HOUSE, 'xai')],
  ['chat-reasoning@ollama#ollama', chatReasoningFamily('ollama', 'ollama')],
])('%s of an old transcript is converted to %s', (before, now) => {
  expect(currentFamily(before)).toBe(now);
});

it.each([chatReasoningFamily('lab', HOUSE), geminiFamily('gemini-3-pro'), 'claude', 'openai', 'lab@home'])(
  'stays what it is without one: %s',
  (family) => {
    expect(currentFamily(family)).toBe(family);
  },
);
