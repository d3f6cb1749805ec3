import type { ModelEvent, ModelRequest } from '@majordomo/core';
import { batches, eachPart, eventFlaw, type Flaw, flaw, onEvents, onRequest, requestFlaw } from './flaw.ts';

/** Part of any message. */
interface Piece {
  readonly type: string;
  readonly text?: string;
  readonly args?: object;
  readonly mediaType?: string;
  readonly replay?: { readonly data: { readonly messages: object } };
}

const eachOf = (type: string, change: (part: Piece) => readonly object[]): Flaw['stream'] =>
  onRequest((request) => eachPart(request, (part: Piece) => (part.type === type ? change(part) : [part])));

const eachText = (change: (text: string) => string): Flaw['stream'] =>
  eachOf('text', (part) => [{ ...part, text: change(part.text ?? '') }]);

const isRun = ({ type }: Pick<Piece, 'type'>): number => Number(type === 'vendor');

const onFinish = (change: (event: ModelEvent & { type: 'finish' }) => object): Flaw['stream'] =>
  onEvents((event) => (event.type === 'finish' ? [{ ...event, ...change(event) }] : [event]));

/** Drops falsy values. */
const withoutZero =
  (...fields: readonly (keyof ModelRequest)[]) =>
  (request: ModelRequest): ModelRequest => ({
    ...request,
    ...Object.fromEntries(fields.filter((field) => !request[field]).map((field) => [field, undefined])),
  });

/** Flaws of one field in an otherwise correct request or answer. */
export const FIELD_FLAWS: readonly Flaw[] = [
  flaw(
    'drops audio',
    ['audio'],
    eachOf('audio', () => []),
    { wire: 'openai-chat' },
  ),
  flaw(
    'sends audio as an image',
    ['audio'],
    eachOf('audio', (part) => [{ ...part, type: 'image' }]),
    { wire: 'openai-chat' },
  ),
  flaw(
    'sends unsupported audio as text',
    ['audio-declared'],
    eachOf('audio', () => [{ type: 'text', text: 'a recording' }]),
    { wire: 'anthropic-messages' },
  ),
  flaw('declares no audio input on a wire with audio', ['audio-declared'], (stream) => stream, {
    wire: 'openai-chat',
    provider: (provider) => ({
      ...provider,
      model: (id) => ({ ...provider.model(id), capabilities: { audio: false } }),
    }),
  }),
  eventFlaw('drops citations', ['citations'], (event) =>
    event.type === 'part-end' && event.part.type === 'text'
      ? [{ ...event, part: { type: 'text', text: event.part.text } }]
      : [event],
  ),
  flaw(
    'reports wrong ranges of citations',
    ['citations'],
    onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'text'
        ? [
            {
              ...event,
              part: {
                ...event.part,
                citations: event.part.citations?.map((each) => ({ ...each, end: (each.end ?? 0) * 2 })),
              },
            },
          ]
        : [event],
    ),
    { wire: 'openai-chat' },
  ),
  flaw(
    'drops vendor parts',
    ['vendor-parts'],
    eachOf('vendor', () => []),
    { wire: 'anthropic-messages' },
  ),
  flaw(
    'changes vendor parts',
    ['vendor-parts'],
    eachOf('vendor', ({ replay, ...part }) => [
      {
        ...part,
        replay: { ...replay, data: { messages: { ...replay?.data.messages, cache_control: null } } },
      },
    ]),
    { wire: 'anthropic-messages' },
  ),
  flaw(
    'moves vendor parts to the front of their turn',
    ['vendor-parts'],
    onRequest((request) => ({
      ...request,
      messages: request.messages.map((message) =>
        message.role === 'assistant'
          ? { ...message, parts: message.parts.toSorted((a, b) => isRun(b) - isRun(a)) }
          : message,
      ),
    })),
    { wire: 'anthropic-messages' },
  ),
  flaw(
    'assigns vendor parts to another family',
    ['vendor-parts'],
    onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'vendor'
        ? [{ ...event, part: { ...event.part, replay: { ...event.part.replay, family: 'elsewhere' } } }]
        : [event],
    ),
    { wire: 'anthropic-messages' },
  ),
  flaw(
    'sends vendor parts of another vendor as text',
    ['vendor-foreign'],
    eachOf('vendor', ({ text }) => [{ type: 'text', text }]),
  ),
  flaw(
    'claims another family and drops its vendor parts without a warning',
    ['vendor-foreign'],
    (stream) => stream,
    {
      provider: (provider) => ({
        ...provider,
        model: (id) => {
          const model = provider.model(id);
          return { ...model, families: [...model.families, 'elsewhere'] };
        },
      }),
    },
  ),
  flaw(
    'normalizes Unicode',
    ['request-history'],
    eachText((text) => text.normalize('NFC')),
  ),
  flaw(
    'drops a temperature or seed of 0',
    ['request-sampling'],
    onRequest(withoutZero('temperature', 'seed')),
  ),
  flaw(
    'sends every image as a PNG',
    ['image'],
    eachOf('image', (part) => [{ ...part, mediaType: 'image/png' }]),
  ),
  requestFlaw('sends texts before images', ['image'], (request) => ({
    messages: request.messages.map((message) => ({
      ...message,
      parts: [...message.parts].sort((a, b) => Number(a.type === 'image') - Number(b.type === 'image')),
    })) as ModelRequest['messages'],
  })),
  flaw(
    'converts numbers of the history to strings',
    ['tool-result'],
    eachOf('tool-call', (part) => [
      {
        ...part,
        args: JSON.parse(JSON.stringify(part.args), (_key, value: unknown) =>
          typeof value === 'number' ? String(value) : value,
        ) as object,
      },
    ]),
  ),
  requestFlaw('assigns results to the wrong calls', ['tool-result'], (request) => ({
    messages: request.messages.map((message) => {
      if (message.role !== 'tool') return message;
      const ids = message.parts.map(({ callId }) => callId).reverse();
      return {
        ...message,
        parts: message.parts.map((part, at) => ({ ...part, callId: ids[at] ?? part.callId })),
      };
    }),
  })),
  requestFlaw('adds a tool', ['request-nothing-added'], (request) => ({
    tools: [
      ...request.tools,
      { name: 'web_search', description: 'Searches', parameters: { type: 'object', properties: {} } },
    ],
  })),
  eventFlaw('drops the id of the response', ['text'], (event) =>
    event.type === 'start' ? [{ ...event, id: undefined }] : [event],
  ),
  eventFlaw('drops the model that answered', ['served-model'], (event) =>
    event.type === 'start' || event.type === 'finish' ? [{ ...event, model: undefined }] : [event],
  ),
  flaw(
    'drops the facts of the vendor',
    ['served-model'],
    onFinish(() => ({ vendor: undefined })),
  ),
  flaw(
    'drops cached tokens',
    ['usage'],
    onFinish(({ usage }) => ({ usage: usage && { ...usage, cacheRead: undefined } })),
  ),
  eventFlaw('drops the replay token of reasoning', ['reasoning-replay'], (event) =>
    event.type === 'part-end' && event.part.type === 'reasoning'
      ? [{ ...event, part: { type: 'reasoning', text: event.part.text } }]
      : [event],
  ),
  flaw(
    'emits an unnecessary warning',
    ['request-nothing-added'],
    (stream) =>
      async function* (request, context) {
        for await (const batch of batches(stream(request, context))) {
          yield batch.flatMap((event): ModelEvent[] =>
            event.type === 'finish'
              ? [
                  {
                    type: 'warning',
                    target: context.target,
                    warning: { type: 'dropped', what: 'nothing', detail: 'unnecessary' },
                  } as unknown as ModelEvent,
                  event,
                ]
              : [event],
          );
        }
      },
  ),
  flaw('mixes concurrent calls', ['request-nothing-added'], (stream) => {
    let last: ModelRequest | undefined;
    return async function* (request, context) {
      last = request;
      await Promise.resolve();
      yield* batches(stream(last, context));
    };
  }),
  flaw('adds the messages of earlier calls', ['request-nothing-added'], (stream) => {
    const transcript: ModelRequest['messages'][number][] = [];
    return (request, context) => {
      const messages = [...transcript, ...request.messages];
      transcript.push(...request.messages, { role: 'assistant', parts: [{ type: 'text', text: 'Yes.' }] });
      return stream({ ...request, messages }, context);
    };
  }),
  requestFlaw('replaces the output schema', ['structured-output'], (request) => ({
    output: request.output && { ...request.output, schema: { type: 'object' } },
  })),
];
