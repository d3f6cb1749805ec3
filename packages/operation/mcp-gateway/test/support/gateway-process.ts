import { createKeys } from '@majordomo/admin';
import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { createLedger } from '@majordomo/ledger';
import { sqliteStores } from '../../../../stores/store-sqlite/src/index.ts';
import { mcpGateway } from '../../src/index.ts';

// Gateway in its own process. Arguments: file of the database, and the servers as JSON. Sends its address to the parent.
const [, , file = '', servers = '{}'] = process.argv;
const stores = sqliteStores(file);
const keys = createKeys({ records: stores.records });
const ledger = createLedger({ store: stores.ledger, tags: ['key'], limitsOf: keys.limitsOf });
const gateway = createGateway({
  majordomo: createMajordomo({ providers: [] }),
  models: {},
  authorize: (request) => keys.authorize(request),
  mcp: mcpGateway({
    servers: JSON.parse(servers) as Parameters<typeof mcpGateway>[0]['servers'],
    records: stores.records,
    ledger,
  }),
});
const { url } = await serve(gateway, { port: 0 });
process.send?.(url);
process.on('disconnect', () => process.exit());
