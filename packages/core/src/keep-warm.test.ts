import { queryObjects } from 'node:v8';
import { expect, test } from 'vitest';
import { Accumulator } from './stream/accumulate.ts';
import { Attempt } from './chain/attempt.ts';
import { Books } from './chain/books.ts';
import { Journal } from './chain/journal.ts';
import { Launcher } from './chain/launch.ts';
import { CallScope } from './chain/scope.ts';
import { Walk } from './chain/walk.ts';
import { Watch } from './chain/watch.ts';
import './client/create.ts';
import { WalkStream } from './client/walk-stream.ts';
import { PartialJson } from './json/partial.ts';
import { NdjsonDecoder } from './toolkit/decode/ndjson.ts';
import { SseDecoder } from './toolkit/decode/sse.ts';
import { Scribe } from './stream/scribe.ts';
import { keepWarm, warmUp } from './keep-warm.ts';

class Kept {
  readonly is = 'kept';
}
class Dropped {
  readonly is = 'dropped';
}

test('what is kept warm is made at the first call and outlives a collection; nothing else does', () => {
  keepWarm(() => new Kept());
  expect(queryObjects(Kept)).toBe(0);
  warmUp();
  new Dropped();
  // Counts what is alive, after a collection of its own.
  expect(queryObjects(Kept)).toBe(1);
  expect(queryObjects(Dropped)).toBe(0);
});

const OF_EACH_CALL = [
  Accumulator,
  Attempt,
  Books,
  CallScope,
  Journal,
  Launcher,
  NdjsonDecoder,
  PartialJson,
  Scribe,
  SseDecoder,
  Walk,
  WalkStream,
  Watch,
];

test.each(OF_EACH_CALL.map((type) => ({ name: type.name, type })))(
  'an object of $name is alive while there is no call',
  ({ type }) => {
    warmUp();
    expect(queryObjects(type)).toBeGreaterThan(0);
  },
);
