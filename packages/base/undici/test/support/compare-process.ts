/** Compares `undiciFetch` with `fetch` on the Node that runs this, and prints what differs as JSON. */
import { undiciFetch } from '@majordomo/undici';
import { BEHAVIORS } from './behaviors.ts';

const send = undiciFetch();
const line = Number.parseInt(process.versions.node);
const different: unknown[] = [];
for (const { name, run } of BEHAVIORS.filter(({ since = 0 }) => since <= line)) {
  const [ours, platforms] = await Promise.all([run(send), run(globalThis.fetch)]);
  if (JSON.stringify(ours) !== JSON.stringify(platforms)) different.push({ name, ours, platforms });
}
console.log(JSON.stringify({ line, different }));
