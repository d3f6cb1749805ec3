import type { AssistantPart, ChatRequest, Message, ToolCallPart, ToolResultPart } from '@majordomo/core';
import fc from 'fast-check';

const text = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' });
const textPart = text.map((value) => ({ type: 'text' as const, text: value }));
const bytes = fc.uint8Array({ minLength: 1, maxLength: 6 });
const imagePart = bytes.map((value) => ({ type: 'image' as const, mediaType: 'image/png', bytes: value }));
const filePart = fc
  .tuple(bytes, fc.option(text, { nil: undefined }))
  .map(([value, name]) =>
    name === undefined
      ? { type: 'file' as const, mediaType: 'application/pdf', bytes: value }
      : { type: 'file' as const, mediaType: 'application/pdf', bytes: value, name },
  );
const json = fc.jsonValue({ maxDepth: 2 });
const args = fc.dictionary(fc.constantFrom('a', 'b', 'c'), json, { noNullPrototype: true, maxKeys: 3 });

/** Tools of every generated request. */
const TOOLS = ['weather', 'search'].map((name) => ({
  name,
  description: name === 'search' ? '' : 'Weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}));
const toolName = fc.constantFrom(...TOOLS.map(({ name }) => name));

const reasoningPart = fc.tuple(fc.oneof(text, fc.constant('')), text).map(([thought, token]) => ({
  type: 'reasoning' as const,
  text: thought,
  replay: { family: 'test', data: { token } },
}));

/** Turn of the model: thoughts, at most one text, and calls, which every wire has in this order. */
const assistantParts = fc
  .tuple(
    fc.array(reasoningPart, { maxLength: 2 }),
    fc.array(textPart, { maxLength: 1 }),
    fc.array(fc.tuple(toolName, args), { maxLength: 3 }),
  )
  .filter((pieces) => pieces.some((piece) => piece.length > 0));

const resultContent = fc
  .tuple(fc.array(textPart, { maxLength: 1 }), fc.array(imagePart, { maxLength: 2 }))
  .map((pieces) => pieces.flat());

/** User turn, the turn of the model that follows, and the contents of the results. */
const exchange = fc.tuple(
  fc.array(fc.oneof(textPart, imagePart, filePart), { minLength: 1, maxLength: 3 }),
  assistantParts,
  fc.array(resultContent, { minLength: 3, maxLength: 3 }),
);

const messages = fc
  .tuple(fc.option(textPart, { nil: undefined }), fc.array(exchange, { minLength: 1, maxLength: 3 }))
  .map(([system, exchanges]): readonly Message[] => [
    ...(system === undefined ? [] : [{ role: 'system' as const, parts: [system] }]),
    ...exchanges.flatMap(([parts, [thoughts, texts, called], contents], turn): readonly Message[] => {
      const calls = called.map(([name, input], index): ToolCallPart => {
        const id = `call_${turn}_${index}`;
        return {
          type: 'tool-call',
          id,
          name,
          args: JSON.parse(JSON.stringify(input)) as ToolCallPart['args'],
        };
      });
      const assistant: readonly AssistantPart[] = [...thoughts, ...texts, ...calls];
      const results = calls.map(({ id, name }, index): ToolResultPart => {
        return { type: 'tool-result', callId: id, name, content: contents[index] ?? [] };
      });
      return [
        { role: 'user', parts },
        { role: 'assistant', parts: assistant },
        ...(results.length === 0 ? [] : [{ role: 'tool' as const, parts: results }]),
      ];
    }),
  ]);

const settings = fc.record(
  {
    tools: fc.constant(TOOLS),
    temperature: fc.double({ min: 0, max: 1, noNaN: true }),
    topP: fc.double({ min: 0, max: 1, noNaN: true }),
    topK: fc.integer({ min: 1, max: 100 }),
    frequencyPenalty: fc.integer({ min: -2, max: 2 }),
    presencePenalty: fc.integer({ min: -2, max: 2 }),
    stop: fc.array(text, { minLength: 1, maxLength: 3 }),
    seed: fc.integer({ min: -1000, max: 1000 }),
    reasoning: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
    reasoningSummary: fc.constant('auto' as const),
    endUser: text,
    output: fc.constant({ type: 'object', properties: { city: { type: 'string' } } }),
  },
  { requiredKeys: [] },
);

const toolChoice = fc.oneof(
  fc.constantFrom('auto' as const, 'required' as const, 'none' as const),
  toolName.map((name) => ({ name })),
);

/** Requests of which every wire of the gateway has the conversation, and most wires each setting. */
export const chatRequest: fc.Arbitrary<ChatRequest> = fc
  .tuple(messages, fc.integer({ min: 16, max: 9000 }), settings, fc.option(toolChoice, { nil: undefined }))
  .map(([conversation, maxTokens, others, choice]) => {
    const request: ChatRequest = { ...others, messages: conversation, maxTokens };
    return request.tools === undefined || choice === undefined ? request : { ...request, toolChoice: choice };
  });
