// A small MCP server over stdio. The argument is the time before it answers `initialize`, in milliseconds.
import { createInterface } from 'node:readline';

const delay = Number(process.argv[2]);
const RESULTS = {
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'small', version: '1.0.0' },
  },
  'tools/list': { tools: [{ name: 'look', inputSchema: { type: 'object' } }] },
};

for await (const line of createInterface(process.stdin)) {
  const { id, method } = JSON.parse(line);
  if (id === undefined) continue;
  if (method === 'initialize') await new Promise((resolve) => setTimeout(resolve, delay));
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result: RESULTS[method] ?? {} }));
}
