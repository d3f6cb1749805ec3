import type { ModelEvent, ModelRequest } from '@majordomo/core';
import { batches, eachPart, type Flaw, onEvents, onRequest } from './flaw.ts';

/** Part of any message. */
interface Piece {
  readonly type: string;
  readonly text?: string;
  readonly args?: object;
  readonly mediaType?: string;
  readonly replay?: { readonly data: { readonly block: object } };
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
  {
    name: 'drops audio',
    caught: ['audio'],
    wire: 'openai-chat',
    stream: eachOf('audio', () => []),
  },
  {
    name: 'sends audio as an image',
    caught: ['audio'],
    wire: 'openai-chat',
    stream: eachOf('audio', (part) => [{ ...part, type: 'image' }]),
  },
  {
    name: 'sends unsupported audio as text',
    caught: ['audio-declared'],
    wire: 'anthropic-messages',
    stream: eachOf('audio', () => [{ type: 'text', text: 'a recording' }]),
  },
  {
    name: 'declares no audio input on a wire with audio',
    caught: ['audio-declared'],
    wire: 'openai-chat',
    stream: (stream) => stream,
    provider: (provider) => ({
      ...provider,
      model: (id) => ({ ...provider.model(id), capabilities: { audio: false } }),
    }),
  },
  {
    name: 'drops citations',
    caught: ['citations'],
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'text'
        ? [{ ...event, part: { type: 'text', text: event.part.text } }]
        : [event],
    ),
  },
  {
    name: 'reports wrong ranges of citations',
    caught: ['citations'],
    wire: 'openai-chat',
    stream: onEvents((event) =>
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
  },
  {
    name: 'drops vendor parts',
    caught: ['vendor-parts'],
    wire: 'anthropic-messages',
    stream: eachOf('vendor', () => []),
  },
  {
    name: 'changes vendor parts',
    caught: ['vendor-parts'],
    wire: 'anthropic-messages',
    stream: eachOf('vendor', ({ replay, ...part }) => [
      { ...part, replay: { ...replay, data: { block: { ...replay?.data.block, cache_control: null } } } },
    ]),
  },
  {
    name: 'moves vendor parts to the front of their turn',
    caught: ['vendor-parts'],
    wire: 'anthropic-messages',
    stream: onRequest((request) => ({
      ...request,
      messages: request.messages.map((message) =>
        message.role === 'assistant'
          ? { ...message, parts: message.parts.toSorted((a, b) => isRun(b) - isRun(a)) }
          : message,
      ),
    })),
  },
  {
    name: 'assigns vendor parts to another family',
    caught: ['vendor-parts'],
    wire: 'anthropic-messages',
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'vendor'
        ? [{ ...event, part: { ...event.part, replay: { ...event.part.replay, family: 'elsewhere' } } }]
        : [event],
    ),
  },
  {
    name: 'sends vendor parts of another vendor as text',
    caught: ['vendor-foreign'],
    stream: eachOf('vendor', ({ text }) => [{ type: 'text', text }]),
  },
  {
    name: 'claims another family and drops its vendor parts without a warning',
    caught: ['vendor-foreign'],
    stream: (stream) => stream,
    provider: (provider) => ({
      ...provider,
      model: (id) => {
        const model = provider.model(id);
        return { ...model, families: [...model.families, 'elsewhere'] };
      },
    }),
  },
  { name: 'trims texts', caught: ['request-history'], stream: eachText((text) => text.trim()) },
  {
    name: 'collapses whitespace',
    caught: ['request-history'],
    stream: eachText((text) => text.replaceAll(/\s+/g, ' ')),
  },
  {
    name: 'normalizes Unicode',
    caught: ['request-history'],
    stream: eachText((text) => text.normalize('NFC')),
  },
  {
    name: 'drops a temperature or seed of 0',
    caught: ['request-sampling'],
    stream: onRequest(withoutZero('temperature', 'seed')),
  },
  {
    name: 'sends every image as a PNG',
    caught: ['image'],
    stream: eachOf('image', (part) => [{ ...part, mediaType: 'image/png' }]),
  },
  {
    name: 'sends only the first image',
    caught: ['image'],
    stream: (stream) => (request, context) => {
      let imageCount = 0;
      const first = eachPart(request, (part: Piece) =>
        part.type === 'image' && imageCount++ > 0 ? [] : [part],
      );
      return stream(first, context);
    },
  },
  {
    name: 'sends texts before images',
    caught: ['image'],
    stream: onRequest((request) => ({
      ...request,
      messages: request.messages.map((message) => ({
        ...message,
        parts: [...message.parts].sort((a, b) => Number(a.type === 'image') - Number(b.type === 'image')),
      })) as ModelRequest['messages'],
    })),
  },
  {
    name: 'drops documents',
    caught: ['file'],
    stream: eachOf('file', () => []),
  },
  {
    name: 'drops the arguments of calls in the history',
    caught: ['tool-result'],
    stream: eachOf('tool-call', (part) => [{ ...part, args: {} }]),
  },
  {
    name: 'converts numbers of the history to strings',
    caught: ['tool-result'],
    stream: eachOf('tool-call', (part) => [
      {
        ...part,
        args: JSON.parse(JSON.stringify(part.args), (_key, value: unknown) =>
          typeof value === 'number' ? String(value) : value,
        ) as object,
      },
    ]),
  },
  {
    name: 'assigns results to the wrong calls',
    caught: ['tool-result'],
    stream: onRequest((request) => ({
      ...request,
      messages: request.messages.map((message) => {
        if (message.role !== 'tool') return message;
        const ids = message.parts.map(({ callId }) => callId).reverse();
        return {
          ...message,
          parts: message.parts.map((part, at) => ({ ...part, callId: ids[at] ?? part.callId })),
        };
      }),
    })),
  },
  {
    name: 'reverses the tools',
    caught: ['request-tools'],
    stream: onRequest((request) => ({ ...request, tools: request.tools.toReversed() })),
  },
  {
    name: 'adds a tool',
    caught: ['request-nothing-added'],
    stream: onRequest((request) => ({
      ...request,
      tools: [
        ...request.tools,
        { name: 'web_search', description: 'Searches', parameters: { type: 'object', properties: {} } },
      ],
    })),
  },
  {
    name: 'replaces the output schema',
    caught: ['structured-output'],
    stream: onRequest((request) => ({
      ...request,
      output: request.output && { ...request.output, schema: { type: 'object' } },
    })),
  },
  {
    name: 'drops descriptions of the output schema',
    caught: ['structured-output'],
    stream: onRequest((request) => ({
      ...request,
      output: request.output && {
        ...request.output,
        schema: JSON.parse(
          JSON.stringify(request.output.schema, (key, value: unknown) =>
            key === 'description' ? undefined : value,
          ),
        ) as NonNullable<ModelRequest['output']>['schema'],
      },
    })),
  },
  {
    name: 'doubles the token limit',
    caught: ['system'],
    stream: onRequest((request) => ({ ...request, maxTokens: request.maxTokens && request.maxTokens * 2 })),
  },
  {
    name: 'drops all lines of the system text but the first',
    caught: ['system'],
    stream: onRequest((request) => ({ ...request, system: request.system?.split('\n')[0] })),
  },
  {
    name: 'drops the id of the response',
    caught: ['text'],
    stream: onEvents((event) => (event.type === 'start' ? [{ ...event, id: undefined }] : [event])),
  },
  {
    name: 'drops the model that answered',
    caught: ['served-model'],
    stream: onEvents((event) =>
      event.type === 'start' || event.type === 'finish' ? [{ ...event, model: undefined }] : [event],
    ),
  },
  {
    name: 'drops the facts of the vendor',
    caught: ['served-model'],
    stream: onFinish(() => ({ vendor: undefined })),
  },
  {
    name: 'replaces rawFinish',
    caught: ['unknown-finish'],
    stream: onFinish(({ reason }) => ({ raw: reason })),
  },
  {
    name: 'drops cached tokens',
    caught: ['usage'],
    stream: onFinish(({ usage }) => ({ usage: usage && { ...usage, cacheRead: undefined } })),
  },
  {
    name: 'drops reasoning tokens',
    caught: ['usage'],
    stream: onFinish(({ usage }) => ({ usage: usage && { ...usage, reasoning: undefined } })),
  },
  {
    name: 'drops the replay token of reasoning',
    caught: ['reasoning-replay'],
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'reasoning'
        ? [{ ...event, part: { type: 'reasoning', text: event.part.text } }]
        : [event],
    ),
  },
  {
    name: 'emits an unnecessary warning',
    caught: ['request-nothing-added'],
    stream: (stream) =>
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
  },
  {
    name: 'mixes concurrent calls',
    caught: ['request-nothing-added'],
    stream: (stream) => {
      let last: ModelRequest | undefined;
      return async function* (request, context) {
        last = request;
        await Promise.resolve();
        yield* batches(stream(last, context));
      };
    },
  },
  {
    name: 'adds the messages of earlier calls',
    caught: ['request-nothing-added'],
    stream: (stream) => {
      const transcript: ModelRequest['messages'][number][] = [];
      return (request, context) => {
        const messages = [...transcript, ...request.messages];
        transcript.push(...request.messages, { role: 'assistant', parts: [{ type: 'text', text: 'Yes.' }] });
        return stream({ ...request, messages }, context);
      };
    },
  },
];
