import { Session } from 'node:inspector/promises';

const EVERY_US = 200;

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
      await session.post('Profiler.start');
      try {
        return await run();
      } finally {
        const { profile } = await session.post('Profiler.stop');
        addUp(times.get(name) ?? times.set(name, new Map()).get(name), profile);
      }
    },
  };
}

function addUp(places, { nodes, samples, timeDeltas }) {
  const placeOf = new Map(nodes.map(({ id, callFrame }) => [id, place(callFrame)]));
  samples.forEach((id, at) => {
    const name = placeOf.get(id);
    if (name !== '(idle)') places.set(name, (places.get(name) ?? 0) + timeDeltas[at]);
  });
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
