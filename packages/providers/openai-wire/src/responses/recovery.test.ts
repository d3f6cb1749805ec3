import {
  assistant,
  user,
  type ModelRequest,
  type TextPart,
  type ToolResultPart,
  type TurnMessage,
} from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { ReportedFailure } from '../failure/reported-failure.ts';
import { responsesRecovery } from '../../test/recoveries.ts';

const failure = (overrides: Partial<ReportedFailure>): ReportedFailure => ({
  status: undefined,
  code: undefined,
  type: undefined,
  param: undefined,
  message: '',
  ...overrides,
});
const sent = {
  model: 'm',
  include: ['x'],
  reasoning: { effort: 'low' },
  temperature: 1,
  input: [],
  instructions: 'Be brief.',
  previous_response_id: 'resp_1',
};
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

describe('recovery of Responses', () => {
  it.each<[Partial<ReportedFailure>, string | undefined]>([
    [{ code: 'invalid_encrypted_content' }, 'encrypted reasoning'],
    [{ message: 'The encrypted content gAAA... could not be verified.' }, 'encrypted reasoning'],
    [{ param: 'include', message: 'Encrypted content is not supported with this model.' }, 'drop include'],
    [{ param: 'reasoning.summary', code: 'unsupported_value' }, 'drop reasoning.summary'],
    [{ param: 'temperature', code: 'unsupported_parameter' }, 'drop temperature while reasoning'],
    [{ param: 'reasoning.effort', code: 'unsupported_parameter' }, 'drop reasoning'],
    [{ param: 'reasoning.effort', code: 'unsupported_value' }, 'drop reasoning low'],
    [{ param: 'input', code: 'unsupported_value' }, undefined],
    [{ param: 'instructions', code: 'unsupported_parameter' }, undefined],
    [{ param: 'previous_response_id', code: 'unsupported_parameter' }, undefined],
    [{ code: 'invalid_value' }, undefined],
  ])('retries %j after %s', (overrides, id) => {
    const recovery = responsesRecovery(failure(overrides), 400, sent);
    expect([recovery?.id, recovery?.remember]).toEqual([id, id === undefined ? undefined : true]);
    expect(responsesRecovery(failure(overrides), 500, sent)).toBeUndefined();
  });

  it('removes earlier reasoning and the ids that refer to it', () => {
    const recovery = responsesRecovery(failure({ code: 'invalid_encrypted_content' }), 400, sent);
    expect(recovery?.apply(request).messages).toEqual([
      user('hi'),
      assistant([{ type: 'text', text: 'yes' }]),
    ]);
  });

  it.each<[Partial<ReportedFailure>]>([
    [{ param: 'input[1].output', code: 'invalid_type' }],
    [{ message: "Invalid type for 'input[1].output': expected a string, but got an array instead." }],
    [{ message: 'Input should be a valid string' }],
    [{ message: 'tool messages must be text' }],
  ])('%j: sends tool results as text if they had parts', (overrides) => {
    const image = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1]) } as const;
    const output = [{ type: 'input_image' }];
    const recovery = responsesRecovery(failure(overrides), 400, {
      ...sent,
      input: [{ type: 'message' }, { output }],
    });
    expect([recovery?.id, recovery?.remember]).toEqual(['text results', true]);
    expect(
      responsesRecovery(failure(overrides), 400, { ...sent, input: [{ output: 'text' }] })?.id,
    ).toBeUndefined();
    const result = (callId: string, ...content: ToolResultPart['content']): ToolResultPart => ({
      type: 'tool-result',
      callId,
      name: 'look',
      content,
    });
    const text = (value: string): TextPart => ({ type: 'text', text: value });
    const messages: TurnMessage[] = [
      { role: 'tool', parts: [result('a', text('one'), image), result('b', text('two'))] },
      { role: 'tool', parts: [result('c', image)] },
      user('go on'),
      { role: 'tool', parts: [result('d', image)] },
    ];
    const before = structuredClone(messages);
    const heading = text('Images of the result of look:');
    expect(recovery?.apply({ ...request, messages }).messages).toEqual([
      { role: 'tool', parts: [result('a', text('one')), result('b', text('two'))] },
      { role: 'tool', parts: [result('c', text('See the images below.'))] },
      { role: 'user', parts: [heading, image, heading, image] },
      user('go on'),
      { role: 'tool', parts: [result('d', text('See the images below.'))] },
      { role: 'user', parts: [heading, image] },
    ]);
    expect(messages).toEqual(before);
  });

  it('keeps the effort if only the summary is rejected', () => {
    const recovery = responsesRecovery(failure({ param: 'reasoning.summary' }), 400, sent);
    expect(recovery?.apply(request).extra).toEqual({ a: 1, reasoning: { effort: 'low' } });
  });

  it('keeps the reasoning of extra, without the summary', () => {
    const recovery = responsesRecovery(failure({ param: 'reasoning.summary' }), 400, sent);
    const extra = { reasoning: { effort: 'high', summary: 'auto' } };
    expect(recovery?.apply({ ...request, extra }).extra).toEqual({ reasoning: { effort: 'high' } });
  });
});

describe('a remembered recovery of Responses applies to the requests that need it', () => {
  const neededFor = (
    overrides: Partial<ReportedFailure>,
    body: object,
    ...requests: readonly Partial<ModelRequest>[]
  ): readonly unknown[] => {
    const recovery = responsesRecovery(failure(overrides), 400, { ...sent, ...body });
    expect(recovery?.remember).toBe(true);
    return requests.map((more) => recovery?.isNeededFor?.({ ...request, extra: {}, ...more }));
  };
  const encrypted = 'reasoning.encrypted_content';
  const logprobs = 'message.output_text.logprobs';

  it('include: with a rejected value', () => {
    const requests = [{}, { extra: { include: ['bogus'] } }, { logprobs: 1 }];
    const rejected = { param: 'include', code: 'invalid_value' };
    const include = [encrypted, logprobs, 'bogus'];
    expect(neededFor(rejected, { include }, ...requests)).toEqual([false, true, false]);
    const named = (value: string) => ({ ...rejected, message: `Invalid value: '${value}'.` });
    expect(neededFor(named('bogus'), { include }, ...requests)).toEqual([false, true, false]);
    expect(neededFor(named(logprobs), { include }, ...requests)).toEqual([false, false, true]);
    expect(neededFor(named(encrypted), { include }, ...requests)).toEqual([true, true, true]);
    const message = 'Encrypted content is not supported with this model.';
    expect(neededFor({ message }, { include }, ...requests)).toEqual([true, true, true]);
  });

  it('the summary: with a summary, or with the rejected one', () => {
    const requests = [
      { reasoningSummary: 'concise' },
      { reasoningSummary: 'detailed' },
      { extra: { reasoning: { summary: 'concise' } } },
      {},
    ] as const;
    const body = { reasoning: { effort: 'low', summary: 'concise' } };
    const rejected = { param: 'reasoning.summary' };
    expect(neededFor(rejected, body, ...requests)).toEqual([true, true, true, false]);
    const ofValue = { ...rejected, code: 'unsupported_value' };
    expect(neededFor(ofValue, body, ...requests)).toEqual([true, false, true, false]);
  });

  it('rejected reasoning: in the same conversation', () => {
    const turn = (content: string) =>
      assistant([
        { type: 'reasoning', text: '', replay: { family: 'f', data: { encrypted_content: content } } },
      ]);
    const rejected = { ...request, messages: [user('hi'), turn('a'), turn('b')] };
    const recovery = responsesRecovery(failure({ code: 'invalid_encrypted_content' }), 400, sent, rejected);
    const isNeededFor = (...messages: TurnMessage[]): unknown =>
      recovery?.isNeededFor?.({ ...request, messages });
    expect(isNeededFor(...rejected.messages, turn('c'))).toBe(true);
    expect([isNeededFor(user('hi'), turn('c')), isNeededFor(user('hi'))]).toEqual([false, false]);
  });

  it('the service tier: with the rejected one', () => {
    const requests = [
      { serviceTier: 'flex' },
      { serviceTier: 'priority' },
      { extra: { service_tier: 'flex' } },
    ] as const;
    const rejected = { param: 'service_tier', code: 'unsupported_value' };
    expect(neededFor(rejected, { service_tier: 'flex' }, ...requests)).toEqual([true, false, true]);
    const parameter = { param: 'service_tier', code: 'unsupported_parameter' };
    expect(neededFor(parameter, { service_tier: 'flex' }, ...requests)).toEqual([true, true, true]);
  });
});
