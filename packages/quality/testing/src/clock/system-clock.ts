import type { Clock } from '@majordomo/core';
import { sleepOn } from './fake-clock.ts';

const timer: Clock['timer'] = (ms, run) => {
  const handle = setTimeout(run, ms);
  return () => {
    clearTimeout(handle);
  };
};

/** Clock that uses the system's time and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  timer,
  sleep: (ms, signal) => sleepOn(timer, ms, signal),
};
