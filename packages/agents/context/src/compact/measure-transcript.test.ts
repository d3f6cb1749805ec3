import { user, type Message } from '@majordomo/core';
import { usageOf } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { scripted } from '../../test/support/compactor-setup.ts';
import { tokenMeter, type MeterReading, type TokenMeter } from '../meter/token-meter.ts';
import { TranscriptMeasurer, weightOf } from './measure-transcript.ts';
import type { CompactorOptions } from './options.ts';

const { model: summarizer } = scripted('S');
const messages = [user('one'), user('two')];
const measurer = (options: Partial<CompactorOptions>) =>
  new TranscriptMeasurer({ summarizer, contextTokens: 1000, ...options });
const reading = (tokens: number, anchored = false): TokenMeter => ({
  estimate: (): MeterReading => ({ estimated: true, tokens, anchored }),
  observe: () => undefined,
});

it.each([
  [833, false, true],
  [834, false, false],
  [909, true, true],
  [910, true, false],
])(
  'measures %i tokens (anchored in a count of the vendor: %s) as within 1,000: %s',
  async (tokens, anchored, fits) => {
    const measurement = await measurer({ meter: reading(tokens, anchored) }).measure(messages, {});
    expect([measurement.tokens, measurement.isWithin]).toEqual([tokens, fits]);
  },
);

it.each<[string, CompactorOptions['contextTokens'], number]>([
  ['a number', 500, 500],
  ['a function', () => 600, 600],
  ['a function that returns a promise', () => Promise.resolve(1), 1],
  ['a function that returns undefined', () => undefined, 128_000],
  ['a function that returns 0', () => 0, 128_000],
  ['a function that returns a negative number', () => -5, 128_000],
  ['a function that rejects', () => Promise.reject(new Error('bug')), 128_000],
])('with %s as contextTokens has a context of %i tokens', async (_name, contextTokens, expected) => {
  const { bounds } = await measurer({ contextTokens }).measure(messages, {});
  expect(bounds.contextTokens).toBe(expected);
});

it.each([-1, Number.NaN])('uses its own estimate if the meter reads %d tokens', async (tokens) => {
  const estimatedTokens = tokenMeter().estimate({ messages }).tokens;
  expect((await measurer({ meter: reading(tokens) }).measure(messages, {})).tokens).toBe(estimatedTokens);
  expect((await measurer({ meter: reading(0) }).measure(messages, {})).tokens).toBe(0);
});

it('passes counts to the meter and to its own meter, which it uses if the meter fails', () => {
  const observations: unknown[] = [];
  const usage = usageOf({ input: 700 });
  const { meter } = measurer({
    meter: {
      estimate: () => {
        throw new Error('bug');
      },
      observe: (...args) => {
        observations.push(args);
        throw new Error('bug');
      },
    },
  });
  meter.observe({ messages }, usage, 'f/m');
  expect(observations).toEqual([[{ messages }, usage, 'f/m']]);
  expect(meter.estimate({ messages }, 'f/m')).toEqual({ estimated: true, tokens: 700, anchored: true });
});

it('weighs each message once, without the frame of a request', async () => {
  const measuredMessages: (readonly Message[])[] = [];
  const meter: TokenMeter = {
    estimate: (request) => {
      measuredMessages.push(request.messages);
      return { estimated: true, tokens: 7 + 10 * request.messages.length, anchored: false };
    },
    observe: () => undefined,
  };
  const { weigh, tokens } = await measurer({ meter }).measure(messages, {});
  expect([tokens, weightOf([...messages, ...messages], weigh), weightOf([], weigh)]).toEqual([27, 40, 0]);
  expect(measuredMessages.map(({ length }) => length)).toEqual([2, 0, 1, 1]);
});
