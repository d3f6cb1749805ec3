// `pnpm bench gateway-log`: measures the rows of "The gateway with keys and a call log" in apps/docs/performance-details.md. `--calls 100000`,
// `--only wires` for the comparison of two wires only.
import { parseArgs } from 'node:util';
import { measureHandler, measureLog } from './calls.mjs';
import { measureKeys } from './keys.mjs';
import { measurePairs } from './pairs.mjs';
import { openStores } from './stores.mjs';
import { measureStreams } from './streams.mjs';
import { measureWires } from './wires.mjs';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '1000000' }, only: { type: 'string' } },
});
const calls = Number(values.calls);

const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const print = (rows) => {
  for (const [name, figure, bound] of rows) row(name, figure, bound);
};

row('row', 'figure', 'bound');
row('---', '---', '---');
if (values.only !== 'wires') {
  await using stores = await openStores();
  print(await measureKeys(stores.sqlite));
  print(await measureHandler());
  print(await measurePairs(stores.postgres));
  print(await measureLog('SQLite', stores.sqlite.calls, calls, '50 ms'));
  print(await measureLog('PostgreSQL', stores.postgres.calls, calls, '20 ms'));
  print(await measureStreams());
}
print(await measureWires());
process.exit(0);
