import { serveMcp } from '@majordomo/mcp';

const dig = {
  name: 'dig',
  description: 'Digs a hole',
  parameters: { type: 'object', properties: { metres: { type: 'number' } } },
  run: ({ metres }) => `dug ${metres} m`,
};
// Only other Workers reach this server, under any name.
const server = serveMcp({ name: 'garden', version: '1.0.0', tools: [dig], hosts: 'any' });

/** Serves a tool to other Workers. */
export default { fetch: (request) => server.fetch(request) };
