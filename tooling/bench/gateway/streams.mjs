import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { clientOf } from '../src/gateways/client.mjs';
import { check } from '../src/measure/rounds.mjs';
import { text } from '../src/server/scripts.mjs';
import { startServer } from '../src/server/start.mjs';
import { dialectOf } from '../src/wires/index.mjs';

const CHILD = fileURLToPath(new URL('../src/gateways/child.mjs', import.meta.url));
const GATEWAY = new URL('../src/gateways/majordomo.mjs', import.meta.url).href;
const STREAMS = 1000;
const DELTAS = 20;
const OTHER_EVERY_MS = 100;

/** Memory of 1,000 concurrent streams through a gateway, and the time of other requests meanwhile. */
export async function measureStreams() {
  const { place, stop } = await startServer();
  const dialect = dialectOf('openai-chat');
  const origin = place(`slow-${DELTAS}`);
  const child = fork(CHILD, [GATEWAY, dialect.name, origin], { execArgv: [] });
  const [{ url }] = await once(child, 'message');
  const { ask } = clientOf(dialect, url, origin);
  await ask(true);
  const before = residentBytes(child.pid);
  let most = before;
  let slowest = 0;
  let isOver = false;
  const others = async () => {
    while (!isOver) {
      const began = performance.now();
      const response = await fetch(`${url}/v1/models`, { headers: { authorization: 'Bearer any' } });
      await response.text();
      if (response.status !== 200) throw new Error(`other requests received ${response.status}`);
      slowest = Math.max(slowest, performance.now() - began);
      most = Math.max(most, residentBytes(child.pid));
      await new Promise((resolve) => setTimeout(resolve, OTHER_EVERY_MS));
    }
  };
  const watching = others();
  const answers = await Promise.all(Array.from({ length: STREAMS }, () => ask(true)));
  isOver = true;
  await watching;
  for (const answer of answers) check(answer, text(DELTAS));
  child.kill();
  stop();
  const kilobytes = (most - before) / 1000 / STREAMS;
  return [
    ['complete streams of 1,000 at once through a gateway', `${answers.length}`, '1,000'],
    ['memory of the gateway per stream', `${kilobytes.toFixed(0)} KB`, '250 KB'],
    ['slowest other request meanwhile', `${(slowest / 1000).toFixed(1)} s`, '2 s'],
  ];
}

/** Returns the resident memory of a process. Linux only. */
const residentBytes = (pid) =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
