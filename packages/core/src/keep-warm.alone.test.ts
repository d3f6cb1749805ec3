import { queryObjects } from 'node:v8';
import { expect, test } from 'vitest';
import { Accumulator } from './stream/accumulate.ts';
import { Reading } from './chain/reading.ts';
import { Route } from './chain/route.ts';
import { RunningAttempt } from './chain/running-attempt.ts';
import { CallRecord } from './chain/record.ts';
import { CallScope } from './chain/scope.ts';
import { CallRun } from './chain/call-run.ts';
import { Visit } from './chain/visit.ts';
import { Watch } from './chain/watch.ts';
import { createMajordomo } from './client/create.ts';
import { user } from './contract/message.ts';
import type { Provider } from './contract/provider.ts';
import { PartialJson } from './json/partial.ts';
import { NdjsonDecoder } from './toolkit/decode/ndjson.ts';
import { SseDecoder } from './toolkit/decode/sse.ts';
import { PulledStream } from './stream/pulled-stream.ts';
import { Scribe } from './stream/scribe.ts';
import { Unread } from './stream/unread.ts';
import { keepWarm, warmUp } from './keep-warm.ts';

class Kept {
  readonly is = 'kept';
}
class Dropped {
  readonly is = 'dropped';
}

test('what is kept warm is made once it is asked for and outlives a collection; nothing else does', () => {
  keepWarm(() => new Kept());
  expect(queryObjects(Kept)).toBe(0);
  warmUp();
  new Dropped();
  // Counts what is alive, after a collection of its own.
  expect(queryObjects(Kept)).toBe(1);
  expect(queryObjects(Dropped)).toBe(0);
});

test('a first call is asked, shown and finished before anything is made for the next one', async () => {
  class Later {
    readonly is = 'later';
  }
  keepWarm(() => new Later());
  let whileAsked: unknown;
  const provider: Provider = {
    spi: 1,
    id: 'p',
    model: (id) => ({
      id,
      families: [],
      capabilities: {},
      async *stream(_request, { target }) {
        whileAsked = queryObjects(Later);
        const scribe = new Scribe(target);
        yield scribe.text('ok');
        yield scribe.finish('stop', 'stop', undefined);
      },
    }),
  };
  const shown: unknown[] = [];
  for await (const _ of createMajordomo({ providers: [provider] })
    .model('p/m')
    .stream({ messages: [user('hi')] }))
    shown.push(queryObjects(Later));
  expect(whileAsked).toBe(0);
  expect(new Set(shown)).toEqual(new Set([0]));
  expect(queryObjects(Later)).toBe(1);
});

test('a first call that fails leaves what the next one needs too', async () => {
  class Later {
    readonly is = 'later';
  }
  keepWarm(() => new Later());
  await expect(
    createMajordomo({ providers: [] })
      .model('p/m')
      .generate({ messages: [user('hi')] }),
  ).rejects.toThrow();
  expect(queryObjects(Later)).toBe(1);
});

const OF_EACH_CALL = [
  Accumulator,
  CallRecord,
  CallRun,
  CallScope,
  NdjsonDecoder,
  PartialJson,
  PulledStream,
  Reading,
  Route,
  RunningAttempt,
  Scribe,
  SseDecoder,
  Unread,
  Visit,
  Watch,
];

test.each(OF_EACH_CALL.map((type) => ({ name: type.name, type })))(
  'an object of $name is alive while there is no call',
  async ({ type }) => {
    warmUp();
    await new Promise((resolve) => setImmediate(resolve));
    expect(queryObjects(type)).toBeGreaterThan(0);
  },
);
