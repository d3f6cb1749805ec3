/**
 * A server in a separate process, so that its CPU time and memory do not count as the client's. Prints its base URL, and
 * reports open and sent responses on request.
 */
import { startWireServer, type Exchange } from '@majordomo/conformance';
import { SIDES } from '../src/wires.ts';
import { soakScript } from './script.ts';
import type { ServerState } from './processes.ts';

const [wire = '', at = '0', everyMs = '150'] = process.argv.slice(2);
const side = SIDES.find((each) => each.wire.name === wire);
if (side === undefined) throw new Error(`no wire named ${wire}`);
const server = await startWireServer({
  wire: side.wire,
  script: soakScript(Number(at)),
  split: 'event',
  delayMs: Number(everyMs),
});
const isOpen = ({ outcome }: Exchange): boolean => outcome === 'open';

const report = (): void => {
  const open = server.requests.filter(isOpen);
  const state: ServerState = {
    baseURL: server.baseURL,
    open: open.length,
    // All sockets of this process are accepted connections.
    connections: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
    sent: open.reduce((sum, { sent }) => sum + sent, 0),
  };
  process.send?.(state);
};
process.on('message', report);
process.once('disconnect', () => {
  void server.close();
});
report();
