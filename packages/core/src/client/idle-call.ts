import type { Clock } from '../contract/clock.ts';
import type { ModelEvent } from '../contract/event.ts';
import type { Majordomo, MajordomoOptions } from '../contract/majordomo.ts';
import { user } from '../contract/message.ts';
import type { Provider } from '../contract/provider.ts';

/** Nothing is ever due: an idle call must not keep a process alive. */
const stopped: Clock = {
  now: () => 0,
  timer: () => () => undefined,
  sleep: () => new Promise(() => undefined),
};

const FIRST: readonly ModelEvent[] = [
  { type: 'start', target: 'idle/call', id: undefined },
  { type: 'part-start', index: 0, part: { type: 'text' } },
  { type: 'text-delta', index: 0, text: 'idle' },
];

const provider: Provider = {
  spi: 1,
  id: 'idle',
  model: (id) => ({
    id,
    families: [],
    capabilities: {},
    async *stream() {
      yield FIRST;
      await new Promise(() => undefined);
    },
  }),
};

/** A call that has shown its first word and waits for ever: all that belongs to a call stays warm with it. */
export function idleCall(create: (options: MajordomoOptions) => Majordomo): object {
  const model = create({ providers: [provider], clock: stopped }).model('idle/call');
  const reader = model.stream({ messages: [user('idle')] })[Symbol.asyncIterator]();
  void reader.next();
  return reader;
}
