import assert from 'node:assert/strict';
import type { Harness } from '@majordomo/conformance';
import { tryParseJson } from '@majordomo/core/toolkit';
import { LlmError, type Model, type ModelContext, type ModelEvent, type ModelRequest } from '@majordomo/core';

type Json = Readonly<Record<string, unknown>>;

/** Number of compared requests and answers. */
export interface ComparisonCounts {
  bodies: number;
  answers: number;
}

/**
 * Returns a harness whose models also prepare each request as a line of a batch, and read each non-streaming answer as a batch
 * does. A difference from the live call rejects the case.
 */
export const withBatchParity = (harness: Harness, counts: ComparisonCounts): Harness => ({
  ...harness,
  async open(at) {
    const provider = await harness.open(at);
    return { ...provider, model: (id, env) => compareModel(provider.model(id, env), counts) };
  },
});

const compareModel = (model: Model, counts: ComparisonCounts): Model => ({
  ...model,
  async *stream(request, context) {
    const live = recordFetch(context);
    const events: ModelEvent[] = [];
    let failure: unknown;
    try {
      for await (const step of model.stream(request, { ...context, fetch: live.fetch })) {
        events.push(...('type' in step ? [step] : step));
        yield step;
      }
    } catch (error) {
      failure = error;
    }
    if (live.body !== undefined && !context.signal.aborted) {
      const line = await captureLine(model, request, context);
      assert.deepEqual(line, withoutStream(live.body), 'the line differs from the live body');
      counts.bodies++;
    }
    const answer = live.answer();
    if (answer !== undefined && !context.signal.aborted) {
      const read = await readAnswer(model, request, context, answer);
      if (LlmError.is(failure)) {
        assert.deepEqual([read.error?.kind, read.error?.message], [failure.kind, failure.message]);
      } else {
        const live = { events: events.map(withoutHeaderFacts), error: undefined };
        assert.deepEqual(read, live, 'the answer differs from the live answer');
      }
      counts.answers++;
    }
    if (failure !== undefined) throw failure as Error;
  },
});

/** Returns the event without the facts that a live answer has in its headers. A line of a batch has no headers. */
function withoutHeaderFacts(event: ModelEvent): ModelEvent {
  if (event.type !== 'finish' || event.vendor === undefined) return event;
  const { requestId: _id, rateLimits: _limits, ...vendor } = event.vendor;
  return { ...event, vendor };
}

interface Recorded {
  readonly fetch: typeof globalThis.fetch;
  body: Json | undefined;
  /** Returns the response, if it is JSON; as a batch would deliver it. */
  answer(): { readonly status: number; readonly body: unknown } | undefined;
}

function recordFetch({ fetch = globalThis.fetch, delivery }: ModelContext): Recorded {
  let response: { readonly status: number; readonly text: string } | undefined;
  const recorded: Recorded = {
    async fetch(url, init) {
      recorded.body = JSON.parse(await new Response(init?.body).text()) as Json;
      const answer = await fetch(url, init);
      if (delivery === 'deltas') return answer;
      const { status, headers } = answer;
      response = { status, text: await answer.text() };
      return new Response(response.text, { status, headers });
    },
    body: undefined,
    answer() {
      const body = tryParseJson(response?.text ?? '');
      return response && body !== undefined ? { status: response.status, body } : undefined;
    },
  };
  return recorded;
}

/** Settings of the delivery, which is never part of a line. */
const withoutStream = ({ stream: _stream, stream_options: _options, ...body }: Json): Json => body;

async function captureLine(
  model: Model,
  request: ModelRequest,
  context: ModelContext,
): Promise<Json | undefined> {
  let body: Json | undefined;
  await collectEvents(model, request, {
    ...context,
    delivery: 'complete',
    async exchange(_url, init) {
      body = JSON.parse(await new Response(init?.body).text()) as Json;
      throw new Error('the body was captured');
    },
  });
  return body;
}

const readAnswer = (
  model: Model,
  request: ModelRequest,
  context: ModelContext,
  { status, body }: { readonly status: number; readonly body: unknown },
): ReturnType<typeof collectEvents> =>
  collectEvents(model, request, {
    ...context,
    exchange: () =>
      Promise.resolve(
        new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } }),
      ),
  });

async function collectEvents(
  model: Model,
  request: ModelRequest,
  context: ModelContext,
): Promise<{ readonly events: readonly ModelEvent[]; readonly error: LlmError | undefined }> {
  const events: ModelEvent[] = [];
  try {
    for await (const step of model.stream(request, context)) events.push(...('type' in step ? [step] : step));
    return { events, error: undefined };
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return { events, error };
  }
}
