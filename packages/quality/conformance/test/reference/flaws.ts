import { LlmError, type Model, type ModelEvent } from '@majordomo/core';
import { batches, eachPart, finish, type Flaw, never, onError, onEvents, onRequest } from './flaw.ts';

/** Flaws that the suite must detect. */
export const FLAWS: readonly Flaw[] = [
  {
    name: 'retries a failed request',
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
    name: 'ignores the signal',
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
    name: 'finishes a broken answer',
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
    name: 'reports one kind of error only',
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
    name: 'includes its key in errors',
    caught: ['secret'],
    stream: onError(
      (error) =>
        new LlmError(error.kind, `${error.message} (sk-conformance-0123456789abcdef)`, error.details),
    ),
  },
  {
    name: 'reads text as ASCII',
    caught: ['unicode-split', 'non-streaming-equals-deltas'],
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
    name: 'warns about normal events',
    caught: ['text', 'stream-noise'],
    stream: onEvents((event) =>
      event.type === 'start'
        ? [event, { type: 'warning', warning: { action: 'dropped', what: 'a ping', why: 'unknown event' } }]
        : [event],
    ),
  },
  {
    name: 'drops the arguments of calls',
    caught: ['tool-call', 'parallel-tool-calls', 'interleaved-tool-calls', 'bad-arguments', 'tool-result'],
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'tool-call'
        ? [{ ...event, part: { type: 'tool-call', id: event.part.id, name: event.part.name, args: {} } }]
        : [event],
    ),
  },
  {
    name: 'emits no deltas of arguments',
    caught: ['streamed-arguments'],
    stream: onEvents((event) => (event.type === 'args-delta' ? [] : [event])),
  },
  {
    name: 'marks missing arguments as invalid',
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
    name: 'assigns the same id to every call',
    caught: ['tool-call', 'parallel-tool-calls', 'missing-call-ids', 'tool-result'],
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'tool-call'
        ? [{ ...event, part: { ...event.part, id: 'call' } }]
        : [event],
    ),
  },
  {
    name: 'changes the ids of calls, but not of their results',
    caught: ['foreign-tool-ids', 'tool-result', 'prefix-stability', 'frozen'],
    stream: onRequest((request) =>
      eachPart(request, (part: { type: string; id?: string }) => [
        part.type === 'tool-call' ? { ...part, id: `${part.id}x` } : part,
      ]),
    ),
  },
  {
    name: 'drops reasoning',
    caught: ['reasoning', 'reasoning-replay', 'reasoning-redacted'],
    stream: onEvents((event) =>
      event.type === 'part-end' && event.part.type === 'reasoning'
        ? [{ ...event, part: { type: 'text', text: '' } } as ModelEvent].slice(1)
        : [event],
    ),
  },
  {
    name: 'sends reasoning of another family',
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
    name: 'reports 0 for unknown token counts',
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
    name: 'reports one finish reason only',
    caught: ['length', 'refusal', 'content-filter', 'unknown-finish', 'marker-without-finish', 'tool-call'],
    stream: onEvents((event) => (event.type === 'finish' ? [{ ...event, reason: 'stop' }] : [event])),
  },
  {
    name: 'emits an empty part for an empty answer',
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
    name: 'drops fields of the request',
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
    name: 'replaces texts with unpaired surrogates',
    caught: ['lone-surrogate'],
    stream: onRequest((request) =>
      eachPart(request, (part: { type: string; text?: string }) =>
        /\p{Surrogate}/u.test(part.text ?? '') ? [{ ...part, text: 'x' }] : [part],
      ),
    ),
  },
  {
    name: 'changes earlier messages',
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
    name: 'changes the request object',
    caught: ['frozen'],
    stream: onRequest((request) => {
      (request.messages as unknown[]).push();
      Object.assign(request, { seen: true });
      return request;
    }),
  },
  {
    name: 'times out on slow streams',
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
    name: 'ignores a finish without an end marker',
    caught: ['finish-without-marker'],
    stream: onEvents((event) => (event.type === 'finish' ? [] : [event])),
  },
  {
    name: 'emits events in the wrong order',
    caught: ['text', 'length', 'usage'],
    stream: onEvents((event) => (event.type === 'part-end' ? [event, event] : [event])),
  },
];
