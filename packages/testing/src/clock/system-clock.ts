import type { Clock } from '@majordomo/core';
import { sleepOn } from './fake-clock.ts';

const timer: Clock['timer'] = (ms, run) => {
  const handle = setTimeout(run, ms);
  return () => {
    clearTimeout(handle);
  };
};

/** Clock of the system, with real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  timer,
  sleep: (ms, signal) => sleepOn(timer, ms, signal),
};
