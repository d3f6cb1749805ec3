import type { Message, ToolResultPart } from '@majordomo/core';
import * as fc from 'fast-check';

const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 60 }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 60 }).map((times) => 'some words '.repeat(times)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('👩‍👩‍👧‍👦 family', 'мост', '会议', '\ud800', '', '</transcript>', 'OK.'),
  },
);

const imagePart = fc.constant({
  type: 'image',
  mediaType: 'image/png',
  bytes: new Uint8Array([1, 2, 3]),
} as const);

const question: fc.Arbitrary<Message> = fc
  .tuple(text, fc.option(imagePart, { freq: 6, nil: undefined }))
  .map(([text, image]) => ({
    role: 'user',
    parts: [{ type: 'text', text }, ...(image === undefined ? [] : [image])],
  }));

/** Arbitrary turn that calls tools, with their results in one message or in several. */
const toolTurn: fc.Arbitrary<readonly Message[]> = fc
  .record({
    texts: fc.array(text, { minLength: 1, maxLength: 3 }),
    answer: fc.option(text, { nil: undefined }),
    hasReasoning: fc.boolean(),
    isSplit: fc.boolean(),
    salt: fc.integer({ min: 0, max: 1e9 }),
  })
  .map(({ texts, answer, hasReasoning, isSplit, salt }) => {
    const calls = texts.map((text, at) => ({
      type: 'tool-call' as const,
      id: `c${salt}-${at}`,
      name: 'look',
      args: { at: text },
      ...(hasReasoning ? { replay: { family: 'f', data: `signed ${salt}` } } : {}),
    }));
    const results = calls.map(({ id, name }, at): ToolResultPart => ({
      type: 'tool-result',
      callId: id,
      name,
      content: [{ type: 'text', text: texts[at] ?? '' }],
    }));
    const reasoning = {
      type: 'reasoning',
      text: 'hm',
      replay: { family: 'f', data: `sig ${salt}` },
    } as const;
    return [
      {
        role: 'assistant',
        parts: [
          ...(hasReasoning ? [reasoning] : []),
          ...(answer === undefined ? [] : [{ type: 'text' as const, text: answer }]),
          ...calls,
        ],
      },
      ...(isSplit
        ? results.map((result): Message => ({ role: 'tool', parts: [result] }))
        : [{ role: 'tool' as const, parts: results }]),
    ];
  });

const answerMessage: fc.Arbitrary<Message> = text.map((text) => ({
  role: 'assistant',
  parts: [{ type: 'text', text }],
}));

/** Arbitrary exchange: a question, turns that call tools, and an answer. */
const exchange: fc.Arbitrary<readonly Message[]> = fc
  .tuple(question, fc.array(toolTurn, { maxLength: 3 }), answerMessage)
  .map(([question, tools, answer]) => [question, ...tools.flat(), answer]);

/** Arbitrary conversation of an agent or a chat. It may begin with instructions, and it ends with a question without an answer. */
export const transcript: fc.Arbitrary<readonly Message[]> = fc
  .record({
    instructions: fc.option(text, { nil: undefined }),
    before: fc.array(exchange, { maxLength: 5 }),
    last: question,
    tools: fc.array(toolTurn, { maxLength: 6 }),
  })
  .map(({ instructions, before, last, tools }) => [
    ...(instructions === undefined
      ? []
      : [{ role: 'system' as const, parts: [{ type: 'text' as const, text: instructions }] }]),
    ...before.flat(),
    last,
    ...tools.flat(),
  ]);
