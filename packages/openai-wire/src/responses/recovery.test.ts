import type { ModelRequest } from '@majordomo/core';
import { assistant, user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { ChatFailure } from '../chat/failure.ts';
import { recoveryFor } from './recovery.ts';

const failure = (over: Partial<ChatFailure>): ChatFailure => ({
  status: undefined,
  code: undefined,
  type: undefined,
  param: undefined,
  message: '',
  ...over,
});
const sent = { model: 'm', include: ['x'], reasoning: { effort: 'low' }, temperature: 1, input: [] };
const request: ModelRequest = {
  messages: [
    user('hi'),
    assistant([
      { type: 'reasoning', text: 'hm', replay: { family: 'f', data: {} } },
      { type: 'text', text: 'yes', replay: { family: 'f', data: { id: 'msg_1' } } },
    ]),
  ],
  tools: [],
  output: undefined,
  reasoning: 'low',
  extra: { a: 1 },
};

describe('a refused body', () => {
  it.each<[Partial<ChatFailure>, string | undefined]>([
    [{ code: 'invalid_encrypted_content' }, 'encrypted reasoning'],
    [{ message: 'The encrypted content gAAA... could not be verified.' }, 'encrypted reasoning'],
    [{ param: 'include', message: 'Encrypted content is not supported with this model.' }, 'drop include'],
    [{ param: 'reasoning.summary', code: 'unsupported_value' }, 'drop reasoning.summary'],
    [{ param: 'temperature', code: 'unsupported_parameter' }, 'drop temperature'],
    [{ param: 'input', code: 'unsupported_value' }, undefined],
    [{ code: 'invalid_value' }, undefined],
  ])('%j is sent again after %s', (over, id) => {
    const recovery = recoveryFor(failure(over), 400, sent);
    expect([recovery?.id, recovery?.remember]).toEqual([id, id === undefined ? undefined : true]);
    expect(recoveryFor(failure(over), 500, sent)).toBeUndefined();
  });

  it('goes without earlier reasoning and the ids that name it', () => {
    const forget = recoveryFor(failure({ code: 'invalid_encrypted_content' }), 400, sent);
    expect(forget?.apply(request).messages).toEqual([user('hi'), assistant([{ type: 'text', text: 'yes' }])]);
  });

  it('keeps the effort when only the summary is refused', () => {
    const bare = recoveryFor(failure({ param: 'reasoning.summary' }), 400, sent);
    expect(bare?.apply(request).extra).toEqual({ a: 1, reasoning: { effort: 'low' } });
  });
});
