import { expect, it } from 'vitest';
import { chatReasoningFamily, responsesFamily } from './replay.ts';

const BASE_URL = 'https://llm.internal.example:8443/v1';

it('contains no URL and distinguishes two URLs', () => {
  const family = chatReasoningFamily('lab', BASE_URL);
  expect(family).toMatch(/^chat-reasoning@[\da-f]{8}#lab$/);
  expect(responsesFamily('openai', BASE_URL, 'org')).toMatch(/^openai@[\da-f]{8}#org$/);
  expect(chatReasoningFamily('lab', `${BASE_URL}/b`)).not.toBe(family);
});

it('is the same for each key in the URL', () => {
  const urlWithKey = BASE_URL.replace('//', '//user:secret@') + '?key=secret#a';
  expect(chatReasoningFamily('lab', urlWithKey, 'claude')).toBe(
    chatReasoningFamily('lab', BASE_URL, 'claude'),
  );
});
