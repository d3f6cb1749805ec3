import { describe, expect, it } from 'vitest';
import { resetIn } from './reset.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** 12:00 in London, 09:00 in São Paulo. */
const NOON = Date.UTC(2026, 10, 20, 12);

describe('the end of a limit', () => {
  it.each([
    [`Claude AI usage limit reached|${NOON / 1000 + 7200}`, 2 * HOUR],
    ["You've hit your limit · resets 2:10pm (America/Sao_Paulo)", 5 * HOUR + 10 * MINUTE],
    ["You've hit your limit · resets 8am (America/Sao_Paulo)", 23 * HOUR],
    ['5-hour limit reached ∙ resets 3pm (Europe/London)', 3 * HOUR],
    ['limit reached until 14:00 (Europe/London)', 2 * HOUR],
    ["You've hit your usage limit. Try again in 3 hours 12 minutes.", 3 * HOUR + 12 * MINUTE],
    ['Try again in 1 day, 2 hours and 5 minutes', 26 * HOUR + 5 * MINUTE],
    ['Your quota will reset after 3h12m5s.', 3 * HOUR + 12 * MINUTE + 5000],
    ['try again in 45s', 45_000],
    ['Try again in 1.5 hours', 1.5 * HOUR],
    ['You have exhausted your daily quota on this model.', undefined],
    ['limit reached in 3 of your models', undefined],
    ['resets 5', undefined],
  ])('%s', (text, ms) => {
    expect(resetIn(text, NOON)).toBe(ms);
  });

  it('is in the zone of this machine without a known zone', () => {
    const here = new Date(NOON);
    const wanted = new Date(NOON);
    wanted.setHours(here.getHours() + 2, 30);
    const time = `${wanted.getHours()}:30`;
    expect(resetIn(`try again at ${time}`, NOON)).toBe(wanted.getTime() - NOON);
    expect(resetIn(`resets ${time} (Mars/Olympus)`, NOON)).toBe(wanted.getTime() - NOON);
  });
});
