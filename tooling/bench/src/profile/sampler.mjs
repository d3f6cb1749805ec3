import { Session } from 'node:inspector/promises';

const EVERY_US = 200;

/** A job runs again and again for so long: its own time must outweigh the sampler's. */
const FOR_MS = 2000;

/** Samples the stack while jobs run, and adds up, for each job, in which function it was. */
export async function startSampler() {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: EVERY_US });
  /** @type {Map<string, Map<string, number>>} µs by job and place */
  const times = new Map();
  return {
    times,
    async around(name, run) {
      const end = performance.now() + FOR_MS;
      await session.post('Profiler.start');
      let result;
      do result = await run();
      while (performance.now() < end);
      const { profile } = await session.post('Profiler.stop');
      times.set(name, addedUp(profile));
      return result;
    },
  };
}

function addedUp({ nodes, samples, timeDeltas }) {
  const placeOf = new Map(nodes.map(({ id, callFrame }) => [id, place(callFrame)]));
  const places = new Map();
  samples.forEach((id, at) => {
    const name = placeOf.get(id);
    places.set(name, (places.get(name) ?? 0) + timeDeltas[at]);
  });
  for (const name of places.keys())
    if (name === '(idle)' || name.startsWith('node:inspector')) places.delete(name);
  return places;
}

/** `package function:line`. */
function place({ functionName, url, lineNumber }) {
  if (url === '') return functionName.startsWith('(') ? functionName : `native ${functionName}`;
  return `${owner(url)} ${functionName || '(anonymous)'}:${lineNumber + 1}`;
}

function owner(url) {
  const inPackages = /\/packages\/([^/]+)\//.exec(url)?.[1];
  if (inPackages !== undefined) return `@majordomo/${inPackages}`;
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (installed !== undefined) return installed;
  if (url.includes('undici')) return 'node:undici';
  return url.startsWith('node:') ? url.replace('node:internal/', 'node:') : 'bench';
}
