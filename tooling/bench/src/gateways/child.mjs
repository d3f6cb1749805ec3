// One gateway in a separate process. Sends its address and the key of its callers, and on request its CPU time in µs.
import { dialectOf } from '../wires/index.mjs';

const [, , file, wire, origin, storeUrl] = process.argv;
const { listen } = await import(file);
const listening = await listen(dialectOf(wire), origin, storeUrl);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send(user + system);
});
process.on('disconnect', () => process.exit(0));
process.send(listening);
