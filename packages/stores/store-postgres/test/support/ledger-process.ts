/**
 * Program of one of several processes that share a PostgreSQL server. It prints `ready`, then executes each input line.
 * `reserve` makes parallel reservations on a counter and prints the number of successful ones. `hold` settles one
 * reservation, reserves money and a lane, and never renews the lease.
 */
import { createInterface } from 'node:readline';
import { postgresStores } from '../../src/index.ts';
import { clients, type Kind } from './clients.ts';

interface Order {
  readonly reserve?: {
    readonly counter: string;
    readonly times: number;
    readonly max: number;
    readonly round: string;
  };
  readonly hold?: { readonly leaseMs: number };
}

const [url = '', kind = '', processId = ''] = process.argv.slice(2);
const { client, close } = clients[kind as Kind](url);
const { ledger, ready } = postgresStores({ client, timeoutMs: 20_000 });
await ready();
console.log('ready');
for await (const line of createInterface(process.stdin)) console.log(await run(JSON.parse(line) as Order));
await close();

async function run({ reserve, hold }: Order): Promise<string> {
  if (hold !== undefined) {
    const claim = (counter: string, whenLapsed: 'spent' | 'free') =>
      ({ counter, max: 100n, amount: 6n, resetsInMs: undefined, whenLapsed }) as const;
    await ledger.reserve('settled', [claim('money', 'spent')], hold.leaseMs);
    await ledger.settle('settled', [{ counter: 'money', amount: 5n }]);
    await ledger.reserve('holder', [claim('money', 'spent'), claim('lane', 'free')], hold.leaseMs);
    return 'held';
  }
  const { counter = '', times = 0, max = 0, round = '' } = reserve ?? {};
  const claim = {
    counter,
    max: BigInt(max),
    amount: 1n,
    resetsInMs: undefined,
    whenLapsed: 'spent',
  } as const;
  const ids = Array.from({ length: times }, (_, number) => `${counter}${round}/${processId}/${number}`);
  const answers = await Promise.all(ids.map(async (id) => ledger.reserve(id, [claim], 600_000)));
  return `${answers.filter((refusal) => refusal === undefined).length}`;
}
