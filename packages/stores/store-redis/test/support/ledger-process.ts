/**
 * Program of one of several processes that share a Redis server. It prints `ready`, then executes each input line. `reserve`
 * makes parallel reservations on a counter and prints the number of successful ones. `hold` reserves money and a lane, and
 * never renews the lease.
 */
import { createInterface } from 'node:readline';
import { redisStores } from '../../src/index.ts';
import { clients } from './clients.ts';

interface Order {
  readonly reserve?: { readonly counter: string; readonly times: number; readonly max: number };
  readonly hold?: { readonly leaseMs: number };
}

const [url = '', kind = '', processId = ''] = process.argv.slice(2);
const createClient = clients[kind];
if (createClient === undefined) throw new Error(`no client is called ${kind}`);
const { client, close } = createClient(url);
const { ledger } = redisStores({ client, timeoutMs: 10_000 });
await ledger.counters('');
console.log('ready');
for await (const line of createInterface(process.stdin))
  console.log(await execute(JSON.parse(line) as Order));
close();

async function execute({ reserve, hold }: Order): Promise<string> {
  if (hold !== undefined) {
    const claim = (counter: string, whenLapsed: 'spent' | 'free') =>
      ({ counter, max: 10n, amount: 6n, resetsInMs: undefined, whenLapsed }) as const;
    await ledger.reserve('holder', [claim('money', 'spent'), claim('lane', 'free')], hold.leaseMs);
    return 'held';
  }
  const { counter = '', times = 0, max = 0 } = reserve ?? {};
  const claim = {
    counter,
    max: BigInt(max),
    amount: 1n,
    resetsInMs: undefined,
    whenLapsed: 'spent',
  } as const;
  const ids = Array.from({ length: times }, (_, number) => `${counter}/${processId}/${number}`);
  const answers = await Promise.all(ids.map(async (id) => ledger.reserve(id, [claim], 600_000)));
  return `${answers.filter((refusal) => refusal === undefined).length}`;
}
