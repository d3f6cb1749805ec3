import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { parseChannelMessage } from './channel-message.ts';
import { ChannelReporter } from './channel-reporter.ts';
import { RunFollower, type RunEvent } from './run-follower.ts';

/** Returns a reporter whose messages stay unsent until `release`, and the events that a watcher reads until the end. */
function heldReporter() {
  const clock = fakeClock();
  const texts: string[] = [];
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const publish = async (_runId: string, text: string): Promise<void> => {
    texts.push(text);
    await released;
  };
  const reporter = new ChannelReporter('r', { publish, subscribe: async () => () => undefined }, clock);
  const watched = (): readonly string[] => {
    const follower = new RunFollower();
    const events: RunEvent[] = [];
    for (const text of texts) {
      const message = parseChannelMessage(text, 'r');
      events.push(...((message && follower.accept(message)) ?? []));
      if (message?.isOver === true) return events.map(nameOf);
    }
    return ['no end'];
  };
  return { reporter, clock, texts, release, watched };
}

const nameOf = (event: RunEvent): string =>
  event.type === 'event' && event.event.type === 'step-start' ? `step ${event.event.step}` : event.type;

it.each([1, 2])('reports lost events before the end if the channel hangs, flushes: %i', async (flushes) => {
  const { reporter, clock, texts, release, watched } = heldReporter();
  reporter.report({ type: 'step-start', step: 1 });
  for (let flush = 0; flush < flushes; flush++) {
    const flushed = reporter.flush();
    await clock.advance(250);
    await flushed;
  }
  for (const step of [2, 3]) reporter.report({ type: 'step-start', step });
  const ended = reporter.end();
  await clock.advance(1000);
  release();
  await ended;
  await clock.advance(1000);
  expect(watched()).toContain('missed');
  expect(watched()).not.toContain('no end');
  expect(parseChannelMessage(texts.at(-1) ?? '', 'r')?.isOver).toBe(true);
});

it('sends all events before the end if the channel is slow', async () => {
  const { reporter, clock, release, watched } = heldReporter();
  for (const step of [1, 2, 3]) reporter.report({ type: 'step-start', step });
  const ended = reporter.end();
  await clock.advance(200);
  release();
  await ended;
  expect(watched()).toEqual(['step 1', 'step 2', 'step 3']);
});
