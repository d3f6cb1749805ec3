/** Serves an MCP server through the gateway on this machine, and sends its address to the parent process. Argument: address of the server. */
import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { mcpGateway } from '@majordomo/mcp-gateway';

const [, , url = ''] = process.argv;
const mcp = mcpGateway({
  servers: { suite: { url } },
  onError: (error) => {
    console.error(error);
  },
});
const gateway = createGateway({ majordomo: createMajordomo({ providers: [] }), models: {}, mcp });
const served = await serve(gateway, { port: 0 });
process.send?.(`${served.url}/mcp/suite`);
