import { setTimeout } from 'node:timers/promises';
import { check, inRounds, resultOf } from '../measure/rounds.mjs';
import { median } from '../measure/statistics.mjs';
import { text } from '../server/scripts.mjs';
import { majordomo, undici } from '../subjects/majordomo.mjs';
import { sdk } from '../subjects/sdk.mjs';
import { MAIN_WIRES } from '../wires/index.mjs';
import { abortTimes } from './abort.mjs';

const CALL_DELTAS = 50;
const CALLS = 150;
/** Calls at the same time, as on a busy server, and all of them. */
const AT_A_TIME = 64;
const BUSY_CALLS = 640;
const STREAM_DELTAS = 2000;
const STREAMS = 6;
const FIRST_DELTAS = 20;
const FIRSTS = 15;

/** Calls, streamed deltas, first deltas and aborts on one wire. */
export async function measureWire({ dialect, place, plan }) {
  const subjects = [sdk, majordomo, ...(MAIN_WIRES.includes(dialect.name) ? [undici] : [])].map((subject) =>
    subject(dialect),
  );
  const jobs = (script, jobOf) =>
    Promise.all(
      subjects.map(async ({ family: subject, open }) => ({ subject, ...jobOf(await open(place(script))) })),
    );
  return {
    call: await inRounds(await jobs(`text-${CALL_DELTAS}`, callsOf), plan),
    busy: await inRounds(await jobs(`text-${CALL_DELTAS}`, busyCallsOf), plan),
    delta: await inRounds(await jobs(`text-${STREAM_DELTAS}`, streamsOf), plan),
    first: await inRounds(await jobs(`paced-${FIRST_DELTAS}`, firstsOf), plan, resultOf),
    abort: await abortTimes(majordomo(dialect)),
  };
}

const callsOf = ({ complete }) => ({
  per: CALLS,
  async run() {
    for (let n = 0; n < CALLS; n++) check(await complete(), text(CALL_DELTAS));
  },
});

const busyCallsOf = ({ complete }) => ({
  per: BUSY_CALLS,
  async run() {
    let left = BUSY_CALLS;
    const worker = async () => {
      while (left-- > 0) check(await complete(), text(CALL_DELTAS));
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  },
});

const streamsOf = ({ streamText }) => ({
  per: STREAM_DELTAS * STREAMS,
  async run() {
    for (let n = 0; n < STREAMS; n++) check(await streamText(), text(STREAM_DELTAS));
  },
});

const firstsOf = ({ streamText }) => ({
  async run() {
    const times = [];
    for (let n = 0; n < FIRSTS; n++) {
      // Lets the end of one stream finish before the next one is timed.
      await setTimeout(1);
      const start = performance.now();
      let first;
      check(await streamText(() => (first ??= performance.now() - start)), text(FIRST_DELTAS));
      times.push(first);
    }
    return median(times);
  },
});
