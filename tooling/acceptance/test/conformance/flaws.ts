import { LlmError, type Model, type ModelEvent } from '@majordomo/core';
import { batches, eachPart, eventFlaw, finish, type Flaw, flaw, never, onError, onRequest } from './flaw.ts';

/** Flaws that the suite must detect. */
export const FLAWS: readonly Flaw[] = [
  flaw(
    'retries a failed request',
    [
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
    (stream) =>
      async function* (request, context) {
        try {
          yield* batches(stream(request, context));
        } catch {
          yield* batches(stream(request, context));
        }
      },
  ),
  flaw(
    'ignores the signal',
    ['abort-before', 'abort-headers', 'abort-body', 'abort-after-content', 'chain-abort'],
    (stream) => (request, context) => stream(request, { ...context, signal: never }),
    { hangs: true },
  ),
  flaw(
    'ends without an error when it is aborted',
    ['abort-before', 'abort-headers', 'abort-after-content'],
    onError((error, { target }) => (error.kind === 'aborted' ? [finish(target)] : error)),
  ),
  flaw(
    'continues to read after the caller has left',
    ['abandon'],
    (stream) => (request, context) => ({
      [Symbol.asyncIterator]: () => {
        const iterator = stream(request, context)[Symbol.asyncIterator]();
        return { next: () => iterator.next() };
      },
    }),
    { hangs: true },
  ),
  flaw(
    'finishes a broken answer',
    ['end', 'cut', 'bad-json', 'in-band-mid-stream', 'empty-body', 'refused', 'chain-end', 'chain-cut'],
    onError((_error, { target }) => [finish(target)]),
  ),
  flaw(
    'reports one kind of error only',
    [
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
    onError(({ message }) => new LlmError('denied', message)),
  ),
  flaw(
    'includes its key in errors',
    ['secret'],
    onError(
      (error) =>
        new LlmError(error.kind, `${error.message} (sk-conformance-0123456789abcdef)`, error.details),
    ),
  ),
  eventFlaw('warns about normal events', ['text', 'stream-noise'], (event) =>
    event.type === 'start'
      ? [event, { type: 'warning', warning: { action: 'dropped', what: 'a ping', why: 'unknown event' } }]
      : [event],
  ),
  eventFlaw(
    'drops the arguments of calls',
    ['tool-call', 'parallel-tool-calls', 'interleaved-tool-calls', 'bad-arguments', 'tool-result'],
    (event) =>
      event.type === 'part-end' && event.part.type === 'tool-call'
        ? [{ ...event, part: { type: 'tool-call', id: event.part.id, name: event.part.name, args: {} } }]
        : [event],
  ),
  eventFlaw('emits no deltas of arguments', ['streamed-arguments'], (event) =>
    event.type === 'args-delta' ? [] : [event],
  ),
  eventFlaw('marks missing arguments as invalid', ['empty-arguments'], (event) =>
    event.type === 'part-end' && event.part.type === 'tool-call' && Object.keys(event.part.args).length === 0
      ? [{ ...event, part: { ...event.part, invalid: { raw: '' } } }]
      : [event],
  ),
  eventFlaw(
    'assigns the same id to every call',
    ['tool-call', 'parallel-tool-calls', 'missing-call-ids', 'tool-result'],
    (event) =>
      event.type === 'part-end' && event.part.type === 'tool-call'
        ? [{ ...event, part: { ...event.part, id: 'call' } }]
        : [event],
  ),
  flaw(
    'changes the ids of calls, but not of their results',
    ['foreign-tool-ids', 'tool-result', 'prefix-stability', 'frozen'],
    onRequest((request) =>
      eachPart(request, (part: { type: string; id?: string }) => [
        part.type === 'tool-call' ? { ...part, id: `${part.id}x` } : part,
      ]),
    ),
  ),
  eventFlaw('drops reasoning', ['reasoning', 'reasoning-replay', 'reasoning-redacted'], (event) =>
    event.type === 'part-end' && event.part.type === 'reasoning'
      ? [{ ...event, part: { type: 'text', text: '' } } as ModelEvent].slice(1)
      : [event],
  ),
  flaw('sends reasoning of another family', ['reasoning-foreign'], (stream, { families }) =>
    onRequest((request) =>
      eachPart(request, (part: { type: string; replay?: { data: unknown } }) => [
        part.type === 'reasoning'
          ? { ...part, replay: { family: families[0], data: part.replay?.data ?? { signature: 'x' } } }
          : part,
      ]),
    )(stream, { families } as Model, ''),
  ),
  eventFlaw('reports 0 for unknown token counts', ['usage', 'usage-missing'], (event) =>
    event.type === 'finish'
      ? [
          {
            ...event,
            usage: { cacheRead: 0, cacheWrite: 0, reasoning: 0, ...event.usage, input: 0, output: 0 },
          },
        ]
      : [event],
  ),
  eventFlaw(
    'reports one finish reason only',
    ['length', 'refusal', 'content-filter', 'unknown-finish', 'marker-without-finish', 'tool-call'],
    (event) => (event.type === 'finish' ? [{ ...event, reason: 'stop' }] : [event]),
  ),
  eventFlaw('emits an empty part for an empty answer', ['empty'], (event) =>
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
  flaw(
    'drops fields of the request',
    ['structured-output', 'system', 'image', 'file', 'tool-call'],
    onRequest(({ messages, extra }) => ({
      messages: messages.map((message) =>
        message.role === 'user'
          ? { ...message, parts: message.parts.filter(({ type }) => type === 'text') }
          : message,
      ),
      extra,
      tools: [],
      output: undefined,
    })),
  ),
  flaw(
    'replaces texts with unpaired surrogates',
    ['lone-surrogate'],
    onRequest((request) =>
      eachPart(request, (part: { type: string; text?: string }) =>
        /\p{Surrogate}/u.test(part.text ?? '') ? [{ ...part, text: 'x' }] : [part],
      ),
    ),
  ),
  flaw(
    'changes earlier messages',
    ['prefix-stability'],
    onRequest((request) => {
      const [first, ...rest] = request.messages;
      const stamp = {
        role: 'user' as const,
        parts: [{ type: 'text' as const, text: `${request.messages.length}` }],
      };
      return { ...request, messages: first === undefined ? [] : [stamp, ...rest] };
    }),
  ),
  flaw(
    'changes the request object',
    ['frozen'],
    onRequest((request) => {
      (request.messages as unknown[]).push();
      Object.assign(request, { seen: true });
      return request;
    }),
  ),
  flaw(
    'times out on slow streams',
    ['trickle', 'slow'],
    (stream) =>
      async function* (request, context) {
        let steps = 0;
        for await (const batch of batches(stream(request, context))) {
          if (++steps > 4) throw new LlmError('timeout', 'too slow', { target: context.target });
          yield batch;
        }
      },
  ),
  eventFlaw('ignores a finish without an end marker', ['finish-without-marker'], (event) =>
    event.type === 'finish' ? [] : [event],
  ),
  eventFlaw('emits events in the wrong order', ['text', 'length', 'usage'], (event) =>
    event.type === 'part-end' ? [event, event] : [event],
  ),
];
