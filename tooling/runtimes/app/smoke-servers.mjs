// Servers of the smoke test: for each API a valid, a truncating and an overloaded vendor.
import { startWireServer } from '@majordomo/conformance';
import { WIRES } from './wires.mjs';

const SCRIPTS = {
  sound,
  breaking: () => ({ fault: 'cut', at: { content: 2 }, answer: 'Half of an answer, and then no more' }),
  overloaded: () => ({ failure: 'overloaded' }),
};

/** Starts the servers. Returns base URLs by side and behavior, and a function that closes all servers. */
export async function startSmokeServers() {
  const baseURLs = {};
  const servers = [];
  for (const [side, wire] of Object.entries(WIRES)) {
    baseURLs[side] = {};
    for (const [temper, script] of Object.entries(SCRIPTS)) {
      const server = await startWireServer({ wire, script, split: 'event' });
      servers.push(server);
      baseURLs[side][temper] = server.baseURL;
    }
  }
  return { baseURLs, close: () => Promise.all(servers.map((server) => server.close())) };
}

/** Returns a response that depends on the last message. */
function sound({ body, request }) {
  const said = JSON.stringify(body);
  if (request.toolResults.length > 0) return `The tool returned ${request.toolResults[0].text}.`;
  if (said.includes('use the tool'))
    return { parts: [{ type: 'tool-call', name: 'double', json: '{"number":21}' }] };
  if (said.includes('fall silent'))
    return { fault: 'stall', at: { content: 2 }, answer: 'And then there was nothing but silence' };
  if (said.includes('as an object')) return '{"city":"Zürich","people":443037}';
  return 'Grüezi, 世界 🌍!';
}
