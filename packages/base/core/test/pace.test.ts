import { expect, it } from 'vitest';
import { type CallOptions, createMajordomo, type StreamEvent, user } from '../src/index.ts';
import { chatProvider } from './support/chat-provider.ts';
import { failure } from './support/failure.ts';
import { manualClock, type ManualClock, settled } from './support/manual-clock.ts';
import { ResponseWriter } from './support/response-writer.ts';

const hi = { messages: [user('hi')] };
const options: CallOptions = { leastCharsPerSecond: 10, slowWindowMs: 2000, attempts: 1 };

/** Returns a majordomo whose model emits a chunk of text every `everyMs`, until `piece` returns undefined. */
function slowMajordomo(clock: ManualClock, everyMs: number, piece: (at: number) => string | undefined) {
  return createMajordomo({
    clock,
    random: () => 0,
    providers: [
      chatProvider('a', async function* (_request, { target, signal }) {
        const writer = new ResponseWriter(target);
        writer.start('r');
        for (let at = 0, text = piece(at); text !== undefined; text = piece(++at)) {
          writer.text(text);
          yield writer.take();
          await clock.sleep(everyMs, signal);
        }
        writer.finish('stop', 'stop');
        yield writer.take();
      }),
    ],
  });
}

const times =
  (count: number, text: string) =>
  (at: number): string | undefined =>
    at < count ? text : undefined;

it('a slow answer fails as a timeout of phase slow and counts for health', async () => {
  const clock = manualClock();
  const majordomo = slowMajordomo(clock, 500, times(100, 'x'));
  const error = failure(majordomo.model('a/x').generate(hi, options));
  await clock.advance(2001);
  const { kind, details, message } = await error;
  expect([kind, details.phase, details.partial?.text]).toEqual(['timeout', 'slow', 'xxxxx']);
  expect(message).toBe('a/x sent fewer than 10 characters per second for 2000 ms; lower leastCharsPerSecond');
  expect(majordomo.health.snapshot()['a/x']?.failures).toBe(1);
  expect(clock.pending()).toBe(0);
});

it('an answer of the minimum pace finishes, however long it takes', async () => {
  const clock = manualClock();
  const answer = slowMajordomo(clock, 500, times(100, 'xxxxx')).model('a/x').generate(hi, options);
  await clock.advance(50_000);
  expect((await answer).text).toHaveLength(500);
});

it('an answer that becomes slow fails in that window', async () => {
  const clock = manualClock();
  const majordomo = slowMajordomo(clock, 500, (at) => (at < 10 ? 'xxxxxxxxxx' : '.'));
  const error = failure(majordomo.model('a/x').generate(hi, options));
  await clock.advance(7000);
  expect((await error).details.phase).toBe('slow');
});

it('time without a pending read does not count', async () => {
  const clock = manualClock();
  const stream = slowMajordomo(clock, 100, times(30, 'x')).model('a/x').stream(hi, options);
  const reader: AsyncIterator<StreamEvent> = stream[Symbol.asyncIterator]();
  let text = '';
  for (let at = 0; at < 12; at++) {
    const next = reader.next();
    await clock.advance(100);
    const { value } = (await next) as { value: StreamEvent };
    if (value.type === 'text-delta') text += value.text;
    // The reader is busy for much longer than the window.
    await clock.advance(5000);
    await settled();
  }
  expect(text.length).toBeGreaterThan(5);
  await reader.return?.();
});

it('the pace is not limited by default', async () => {
  const clock = manualClock();
  const answer = slowMajordomo(clock, 1000, times(20, 'x')).model('a/x').generate(hi);
  await clock.advance(20_000);
  expect((await answer).text).toHaveLength(20);
});
