import { systemClock } from '@majordomo/core';

/** Returns the current time in seconds since 1970, as the wires of OpenAI contain it. */
export const nowInSeconds = (): number => Math.floor(systemClock.now() / 1000);
