import type { ModelEvent, ModelRequest } from '@majordomo/core';
import { batches, eachPart, type Flaw, onEvents, onRequest } from './flaw.ts';

/** A part of any message, loosely. */
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

/** With a falsy value of a field taken for none. */
const withoutZero =
  (...fields: readonly (keyof ModelRequest)[]) =>
  (request: ModelRequest): ModelRequest => ({
    ...request,
    ...Object.fromEntries(fields.filter((field) => !request[field]).map((field) => [field, undefined])),
  });

/** Flaws of one field each: what carelessness makes of a request or an answer that is otherwise right. */
export const CARELESS: readonly Flaw[] = [
  {
    name: 'leaves out what is to be heard',
    caught: ['audio'],
    wire: 'openai-chat',
    stream: eachOf('audio', () => []),
  },
  {
    name: 'calls what it hears a picture',
    caught: ['audio'],
    wire: 'openai-chat',
    stream: eachOf('audio', (part) => [{ ...part, type: 'image' }]),
  },
  {
    name: 'sends on what it cannot say',
    caught: ['audio-declared'],
    wire: 'anthropic-messages',
    stream: eachOf('audio', () => [{ type: 'text', text: 'a recording' }]),
  },
  {
    name: 'says of a wire for audio that it has none',
    caught: ['audio-declared'],
    wire: 'openai-chat',
    stream: (stream) => stream,
    provider: (given) => ({
      ...given,
      model: (id) => ({ ...given.model(id), capabilities: { audio: false } }),
    }),
  },
  {
    name: 'forgets what a text rests on',
    caught: ['citations'],
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'text'
        ? [{ ...event, part: { type: 'text', text: event.part.text } }]
        : [event],
    ),
  },
  {
    name: 'tells places of a text in another unit',
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
    name: 'keeps nothing of what ran at the vendor',
    caught: ['vendor-parts'],
    wire: 'anthropic-messages',
    stream: eachOf('vendor', () => []),
  },
  {
    name: 'changes what ran at the vendor',
    caught: ['vendor-parts'],
    wire: 'anthropic-messages',
    stream: eachOf('vendor', ({ replay, ...part }) => [
      { ...part, replay: { ...replay, data: { block: { ...replay?.data.block, cache_control: null } } } },
    ]),
  },
  {
    name: 'moves what ran at the vendor to the front of its turn',
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
    name: 'signs what ran at the vendor for somebody else',
    caught: ['vendor-parts'],
    wire: 'anthropic-messages',
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'vendor'
        ? [{ ...event, part: { ...event.part, replay: { ...event.part.replay, family: 'elsewhere' } } }]
        : [event],
    ),
  },
  {
    name: 'tells one vendor in words what ran at another',
    caught: ['vendor-foreign'],
    stream: eachOf('vendor', ({ text }) => [{ type: 'text', text }]),
  },
  {
    name: 'says that it can read what anybody ran, and drops it silently',
    caught: ['vendor-foreign'],
    stream: (stream) => stream,
    provider: (given) => ({
      ...given,
      model: (id) => {
        const model = given.model(id);
        return { ...model, families: [...model.families, 'elsewhere'] };
      },
    }),
  },
  { name: 'trims texts', caught: ['request-history'], stream: eachText((text) => text.trim()) },
  {
    name: 'makes one space of many',
    caught: ['request-history'],
    stream: eachText((text) => text.replaceAll(/\s+/g, ' ')),
  },
  {
    name: 'normalises Unicode',
    caught: ['request-history'],
    stream: eachText((text) => text.normalize('NFC')),
  },
  {
    name: 'takes a temperature or seed of 0 for none',
    caught: ['request-sampling'],
    stream: onRequest(withoutZero('temperature', 'seed')),
  },
  {
    name: 'calls every image a PNG',
    caught: ['image'],
    stream: eachOf('image', (part) => [{ ...part, mediaType: 'image/png' }]),
  },
  {
    name: 'sends the first image alone',
    caught: ['image'],
    stream: (stream) => (request, context) => {
      let seen = 0;
      const first = eachPart(request, (part: Piece) => (part.type === 'image' && seen++ > 0 ? [] : [part]));
      return stream(first, context);
    },
  },
  {
    name: 'sends texts first and images behind them',
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
    name: 'forgets the arguments of calls in the history',
    caught: ['tool-result'],
    stream: eachOf('tool-call', (part) => [{ ...part, args: {} }]),
  },
  {
    name: 'writes numbers of the history as text',
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
    name: 'gives results to the wrong calls',
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
    name: 'turns the tools around',
    caught: ['request-tools'],
    stream: onRequest((request) => ({ ...request, tools: request.tools.toReversed() })),
  },
  {
    name: 'offers a tool of its own',
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
    name: 'asks for any JSON',
    caught: ['structured-output'],
    stream: onRequest((request) => ({
      ...request,
      output: request.output && { ...request.output, schema: { type: 'object' } },
    })),
  },
  {
    name: 'forgets what the fields of an answer mean',
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
    name: 'doubles the limit of tokens',
    caught: ['system'],
    stream: onRequest((request) => ({ ...request, maxTokens: request.maxTokens && request.maxTokens * 2 })),
  },
  {
    name: 'keeps the first line of the system text',
    caught: ['system'],
    stream: onRequest((request) => ({ ...request, system: request.system?.split('\n')[0] })),
  },
  {
    name: 'tells no id of the answer',
    caught: ['text'],
    stream: onEvents((event) => (event.type === 'start' ? [{ ...event, id: undefined }] : [event])),
  },
  {
    name: 'hides the vendor’s word for the finish',
    caught: ['unknown-finish'],
    stream: onFinish(({ reason }) => ({ raw: reason })),
  },
  {
    name: 'does not tell what came from the cache',
    caught: ['usage'],
    stream: onFinish(({ usage }) => ({ usage: usage && { ...usage, cacheRead: undefined } })),
  },
  {
    name: 'does not tell what reasoning took',
    caught: ['usage'],
    stream: onFinish(({ usage }) => ({ usage: usage && { ...usage, reasoning: undefined } })),
  },
  {
    name: 'loses the token that lets reasoning go back',
    caught: ['reasoning-replay'],
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'reasoning'
        ? [{ ...event, part: { type: 'reasoning', text: event.part.text } }]
        : [event],
    ),
  },
  {
    name: 'invents a warning',
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
                    warning: { type: 'dropped', what: 'nothing', detail: 'careless' },
                  } as unknown as ModelEvent,
                  event,
                ]
              : [event],
          );
        }
      },
  },
  {
    name: 'mixes up calls that run side by side',
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
    name: 'remembers the call before',
    caught: ['request-nothing-added'],
    stream: (stream) => {
      const said: ModelRequest['messages'][number][] = [];
      return (request, context) => {
        const messages = [...said, ...request.messages];
        said.push(...request.messages, { role: 'assistant', parts: [{ type: 'text', text: 'Yes.' }] });
        return stream({ ...request, messages }, context);
      };
    },
  },
];
