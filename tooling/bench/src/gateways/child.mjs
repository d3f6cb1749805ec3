// One gateway in a process of its own. Tells its address, and whenever asked the CPU time that it has used, in µs.
import { WIRES } from '../wires/index.mjs';

const [, , file, wire, origin] = process.argv;
const { listen } = await import(file);
const url = await listen(
  WIRES.find(({ name }) => name === wire),
  origin,
);
process.on('message', (ask) => {
  // What one round left is not what the next one pays for.
  if (ask === 'begin') globalThis.gc();
  const { user, system } = process.cpuUsage();
  process.send(user + system);
});
process.on('disconnect', () => process.exit(0));
process.send(url);
