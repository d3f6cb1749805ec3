/**
 * One wire server in a process of its own: its time and memory are not the client's. Tells its base URL, and whenever
 * asked what is open and what was sent.
 */
import { startWireServer, type Exchange } from '@majordomo/conformance';
import { SIDES } from '../src/wires.ts';
import { soakScript } from './script.ts';
import type { ServerState } from './server-state.ts';

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

const tell = (): void => {
  const open = server.requests.filter(isOpen);
  const state: ServerState = {
    baseURL: server.baseURL,
    open: open.length,
    // Accepted sockets are the only ones of this process.
    connections: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
    sent: open.reduce((sum, { sent }) => sum + sent, 0),
  };
  process.send?.(state);
};
process.on('message', tell);
process.once('disconnect', () => {
  void server.close();
});
tell();
