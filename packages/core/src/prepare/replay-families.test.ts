import { expect, it } from 'vitest';
import { chatReasoningFamily, responsesFamily } from './replay.ts';

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
