// One gateway in a separate process. Sends its address, and on request its CPU time in µs.
import { dialectOf } from '../wires/index.mjs';

const [, , file, wire, origin] = process.argv;
const { listen } = await import(file);
const listening = await listen(dialectOf(wire), origin);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send(user + system);
});
process.on('disconnect', () => process.exit(0));
process.send(listening);
