import { Session } from 'node:inspector/promises';
import { check } from '../measure/rounds.mjs';
import { text } from '../server/scripts.mjs';
import { majordomo } from '../subjects/majordomo.mjs';
import { openaiChat } from '../wires/openai-chat.mjs';

const WARM_UP = 3;
const DELTAS = 3;

/** Counts the distinct functions of majordomo that one warm call enters, by kind of call. */
export async function entered(place) {
  const { complete, streamText } = await majordomo(openaiChat).open(place(`text-${DELTAS}`));
  return { generate: [await functionsOf(complete)], stream: [await functionsOf(streamText)] };
}

async function functionsOf(call) {
  for (let n = 0; n < WARM_UP; n++) check(await call(), text(DELTAS));
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await session.post('Profiler.takePreciseCoverage');
  check(await call(), text(DELTAS));
  const { result } = await session.post('Profiler.takePreciseCoverage');
  session.disconnect();
  return result
    .filter(({ url }) => /\/packages\/[^/]+\/[^/]+\/dist\//.test(url))
    .flatMap(({ functions }) => functions)
    .filter(({ ranges }) => ranges[0].count > 0).length;
}
