import { user, type Majordomo } from '@majordomo/core';
import { type EvalDefinition, evaluate } from '@majordomo/evals';
import { expect, it } from 'vitest';
import { fromRecordings } from '../src/index.ts';
import { answerTo, fakeModels } from './support/fixture.ts';
import { callsOf } from './support/recorded-calls.ts';

const casesOf = (...ids: readonly string[]): EvalDefinition<string, string>['cases'] =>
  ids.map((id) => ({ id, input: `question ${id}` }));

const definitionOf = (
  majordomo: Majordomo,
  members: Partial<EvalDefinition<string, string>> = {},
): EvalDefinition<string, string> => ({
  name: 'demo',
  majordomo,
  cases: casesOf('a', 'b', 'c'),
  subject: (input, { model }) => model('fast').generate({ messages: [user(input)] }),
  ...members,
});

const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] } as const;
const kinds: Readonly<Record<string, EvalDefinition<string, string>['subject']>> = {
  generate: (input, { model }) => model('fast').generate({ system: 'Be brief.', messages: [user(input)] }),
  stream: (input, { model }) =>
    model('fast')
      .stream({ messages: [user(input)] })
      .response(),
  'stream that is iterated': async (input, { model }) => {
    let text = '';
    for await (const piece of model('fast').stream({ messages: [user(input)] }).textStream) text += piece;
    return text;
  },
  'stream that is left': async (input, { model }) => {
    for await (const _piece of model('fast').stream({ messages: [user(input)] }).textStream) break;
    return 'left';
  },
  generateObject: (input, { model }) =>
    model('fast').generateObject({ messages: [user(input)], output: schema }),
  streamObject: async (input, { model }) => {
    let last: unknown;
    for await (const value of model('fast').streamObject({
      messages: [user(input)],
      output: schema as never,
    }))
      last = value;
    return last as object;
  },
};

it.each(Object.keys(kinds))(
  'returns the recorded calls of %s with their requests, and calls nothing',
  async (kind) => {
    const { folder, provider, majordomo } = fakeModels((text) =>
      kind.endsWith('Object') ? JSON.stringify({ a: text }) : answerTo(text),
    );
    const definition = definitionOf(majordomo, { subject: kinds[kind]! });
    await evaluate(definition, { folder, mode: 'record' });
    const sent = provider.requests.length;
    const calls = await callsOf(fromRecordings(definition, { folder }));
    expect(provider.requests).toHaveLength(sent);
    expect(calls).toHaveLength(3);
    expect(calls[0]).toMatchObject({
      id: 'a#1/1',
      name: 'fast',
      metadata: { conversation: 'a' },
      request: { messages: [user('question a')], ...(kind.endsWith('Object') && { output: schema }) },
      response: { finish: 'stop', target: 'openai/gpt-5.4-mini', usage: { input: 1000 } },
    });
  },
);

it('counts the samples whose calls are not recorded', async () => {
  const { folder, majordomo } = fakeModels(answerTo);
  await evaluate(definitionOf(majordomo), { folder, mode: 'record' });
  const more = definitionOf(majordomo, { cases: casesOf('a', 'd') });
  expect(await callsOf(fromRecordings(more, { folder }))).toMatchObject([
    { id: 'a#1/1' },
    { excluded: 'a call of the sample is not recorded', calls: 1 },
  ]);
});
