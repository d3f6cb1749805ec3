import { LlmError, type Model, type ModelEvent } from '@majordomo/core';
import { batches, eachPart, finish, type Flaw, never, onError, onEvents, onRequest } from './flaw.ts';

/** Everything that the suite must notice. */
export const FLAWS: readonly Flaw[] = [
  {
    name: 'sends a failed request again by itself',
    caught: [
      'failure-server',
      'failure-overloaded',
      'in-band-before-content',
      'cut',
      'reset',
      'bad-json',
      'html',
      'empty-body',
      'content-type',
      'chain-unavailable',
      'chain-in-band',
      'chain-retry-after',
      'chain-benched',
    ],
    stream: (stream) =>
      async function* (request, context) {
        try {
          yield* batches(stream(request, context));
        } catch {
          yield* batches(stream(request, context));
        }
      },
  },
  {
    name: 'does not listen to the signal',
    hangs: true,
    caught: ['abort-before', 'abort-headers', 'abort-body', 'abort-after-content', 'chain-abort'],
    stream: (stream) => (request, context) => stream(request, { ...context, signal: never }),
  },
  {
    name: 'ends without an error when it is aborted',
    caught: ['abort-before', 'abort-headers', 'abort-after-content'],
    stream: onError((error, { target }) => (error.kind === 'aborted' ? [finish(target)] : error)),
  },
  {
    name: 'continues to read after the caller has left',
    hangs: true,
    caught: ['abandon'],
    stream: (stream) => (request, context) => ({
      [Symbol.asyncIterator]: () => {
        const iterator = stream(request, context)[Symbol.asyncIterator]();
        return { next: () => iterator.next() };
      },
    }),
  },
  {
    name: 'takes a broken answer for a finished one',
    caught: [
      'end',
      'cut',
      'bad-json',
      'in-band-mid-stream',
      'empty-body',
      'refused',
      'chain-end',
      'chain-cut',
    ],
    stream: onError((_error, { target }) => [finish(target)]),
  },
  {
    name: 'knows one kind of failure',
    caught: [
      'failure-invalid',
      'failure-parameter',
      'chain-recover-parameter',
      'chain-recover-signature',
      'failure-overflow',
      'failure-blocked',
      'failure-auth',
      'failure-billing',
      'failure-permission',
      'failure-not-found',
      'failure-timeout',
      'failure-too-large',
      'failure-rate-limit',
      'failure-quota',
      'failure-server',
      'failure-bad-gateway',
      'failure-unavailable',
      'failure-overloaded',
      'retry-after',
      'request-id',
      'html',
      'content-type',
      'local-refusal',
      'missing-key',
      'chain-refused',
      'chain-bad-json',
      'chain-html',
      'chain-empty',
      'chain-reset',
    ],
    stream: onError(({ message }) => new LlmError('denied', message)),
  },
  {
    name: 'shows its key',
    caught: ['secret'],
    stream: onError(
      (error) =>
        new LlmError(error.kind, `${error.message} (sk-conformance-0123456789abcdef)`, error.details),
    ),
  },
  {
    name: 'reads text as ASCII',
    caught: ['unicode-split', 'whole-equals-deltas'],
    stream: (stream) =>
      async function* (request, context) {
        const broken = (text: string): string =>
          context.delivery === 'deltas' ? text.replace(/[^\p{ASCII}]/gu, '?') : text;
        for await (const batch of batches(stream(request, context))) {
          yield batch.map((event) =>
            event.type === 'part-end' && event.part.type === 'text'
              ? { ...event, part: { ...event.part, text: broken(event.part.text) } }
              : event,
          );
        }
      },
  },
  {
    name: 'reports what is normal',
    caught: ['text', 'stream-noise'],
    stream: onEvents((event) =>
      event.type === 'start'
        ? [event, { type: 'warning', warning: { action: 'dropped', what: 'a ping', why: 'unknown event' } }]
        : [event],
    ),
  },
  {
    name: 'loses the arguments and names of calls',
    caught: ['tool-call', 'parallel-tool-calls', 'interleaved-tool-calls', 'bad-arguments', 'tool-result'],
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'tool-call'
        ? [{ ...event, part: { type: 'tool-call', id: event.part.id, name: event.part.name, args: {} } }]
        : [event],
    ),
  },
  {
    name: 'keeps arguments to itself until they are whole',
    caught: ['streamed-arguments'],
    stream: onEvents((event) => (event.type === 'args-delta' ? [] : [event])),
  },
  {
    name: 'takes no arguments for broken ones',
    caught: ['empty-arguments'],
    stream: onEvents((event) =>
      event.type === 'part-end' &&
      event.part.type === 'tool-call' &&
      Object.keys(event.part.args).length === 0
        ? [{ ...event, part: { ...event.part, invalid: { raw: '' } } }]
        : [event],
    ),
  },
  {
    name: 'gives every call one id',
    caught: ['tool-call', 'parallel-tool-calls', 'missing-call-ids', 'tool-result'],
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'tool-call'
        ? [{ ...event, part: { ...event.part, id: 'call' } }]
        : [event],
    ),
  },
  {
    name: 'renames calls, but not their results',
    caught: ['foreign-tool-ids', 'tool-result', 'prefix-stability', 'frozen'],
    stream: onRequest((request) =>
      eachPart(request, (part: { type: string; id?: string }) => [
        part.type === 'tool-call' ? { ...part, id: `${part.id}x` } : part,
      ]),
    ),
  },
  {
    name: 'hides reasoning',
    caught: ['reasoning', 'reasoning-replay', 'reasoning-redacted'],
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'reasoning'
        ? [{ ...event, part: { type: 'text', text: '' } } as ModelEvent].slice(1)
        : [event],
    ),
  },
  {
    name: 'claims foreign reasoning as its own',
    caught: ['reasoning-foreign'],
    stream: (stream, { families }) =>
      onRequest((request) =>
        eachPart(request, (part: { type: string; replay?: { data: unknown } }) => [
          part.type === 'reasoning'
            ? { ...part, replay: { family: families[0], data: part.replay?.data ?? { signature: 'x' } } }
            : part,
        ]),
      )(stream, { families } as Model, ''),
  },
  {
    name: 'counts tokens wrong and does not say what it cannot know',
    caught: ['usage', 'usage-missing'],
    stream: onEvents((event) =>
      event.type === 'finish'
        ? [
            {
              ...event,
              usage: { cacheRead: 0, cacheWrite: 0, reasoning: 0, ...event.usage, input: 0, output: 0 },
            },
          ]
        : [event],
    ),
  },
  {
    name: 'finishes for one reason only',
    caught: ['length', 'refusal', 'content-filter', 'unknown-finish', 'marker-without-finish', 'tool-call'],
    stream: onEvents((event) => (event.type === 'finish' ? [{ ...event, reason: 'stop' }] : [event])),
  },
  {
    name: 'makes something of nothing',
    caught: ['empty'],
    stream: onEvents((event) =>
      event.type === 'finish'
        ? [
            { type: 'part-start', index: 0, part: { type: 'text' } },
            { type: 'part-end', index: 0, part: { type: 'text', text: '' } },
            event,
          ]
        : event.type === 'start'
          ? [event]
          : [],
    ),
  },
  {
    name: 'forgets what was asked for',
    caught: ['structured-output', 'system', 'image', 'file', 'tool-call'],
    stream: onRequest(({ messages, extra }) => ({
      messages: messages.map((message) =>
        message.role === 'user'
          ? { ...message, parts: message.parts.filter(({ type }) => type === 'text') }
          : message,
      ),
      extra,
      tools: [],
      output: undefined,
    })),
  },
  {
    name: 'leaves out texts that are not well formed',
    caught: ['lone-surrogate'],
    stream: onRequest((request) =>
      eachPart(request, (part: { type: string; text?: string }) =>
        /\p{Surrogate}/u.test(part.text ?? '') ? [{ ...part, text: 'x' }] : [part],
      ),
    ),
  },
  {
    name: 'rewrites the past',
    caught: ['prefix-stability'],
    stream: onRequest((request) => {
      const [first, ...rest] = request.messages;
      const stamp = {
        role: 'user' as const,
        parts: [{ type: 'text' as const, text: `${request.messages.length}` }],
      };
      return { ...request, messages: first === undefined ? [] : [stamp, ...rest] };
    }),
  },
  {
    name: 'writes into the request',
    caught: ['frozen'],
    stream: onRequest((request) => {
      (request.messages as unknown[]).push();
      Object.assign(request, { seen: true });
      return request;
    }),
  },
  {
    name: 'gives up when bytes come slowly',
    caught: ['trickle', 'slow'],
    stream: (stream) =>
      async function* (request, context) {
        let steps = 0;
        for await (const batch of batches(stream(request, context))) {
          if (++steps > 4) throw new LlmError('timeout', 'too slow', { target: context.target });
          yield batch;
        }
      },
  },
  {
    name: 'wants more than a finish reason',
    caught: ['finish-without-marker'],
    stream: onEvents((event) => (event.type === 'finish' ? [] : [event])),
  },
  {
    name: 'writes its events in disorder',
    caught: ['text', 'length', 'usage'],
    stream: onEvents((event) => (event.type === 'part-end' ? [event, event] : [event])),
  },
];
