/** Work of programs that share a store with other processes. Programs import this file, because the others need Vitest. */
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { LedgerStore } from '@majordomo/ledger';
import type { RecordChange, RecordStore } from '@majordomo/records';

/** Order of a test. */
interface LedgerOrder {
  /** Makes parallel reservations on a counter. `round` distinguishes their ids from those of earlier orders. */
  readonly reserve?: {
    readonly counter: string;
    readonly times: number;
    readonly max: number;
    readonly round?: string;
  };
  /** Settles one reservation, reserves money and a lane, and never renews their lease. */
  readonly hold?: { readonly leaseMs: number };
}

/**
 * Prints `ready`, then executes the order in each line of the input: prints the number of successful reservations, or `held`.
 * Resolves at the end of the input.
 */
export async function executeOrders(ledger: LedgerStore, processId: string): Promise<void> {
  console.log('ready');
  for await (const line of createInterface(process.stdin))
    console.log(await execute(JSON.parse(line) as LedgerOrder, ledger, processId));
}

async function execute(
  { reserve, hold }: LedgerOrder,
  ledger: LedgerStore,
  processId: string,
): Promise<string> {
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

const KEYS = 12;
const AT_ONCE = 4;

/** Makes random writes of several keys in random orders, four at a time, and prints the number of successful ones. */
export async function writeRandomly(records: RecordStore, writes: number): Promise<void> {
  let made = 0;
  const writeEach = async (): Promise<void> => {
    for (let write = 0; write < writes; write++) {
      const keys = Array.from({ length: KEYS }, (_, number) => ({ number, place: Math.random() }))
        .toSorted((a, b) => a.place - b.place)
        .slice(0, 1 + upTo(5));
      const changes = keys.map(({ number }) => randomChange(number));
      if ((await records.write('shared', changes)) !== undefined) made++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, writeEach));
  console.log(made);
}

const upTo = (end: number): number => Math.floor(Math.random() * end);

function randomChange(number: number): RecordChange {
  const key = `${number}`;
  const label = `${upTo(3)}`;
  const type = (['put', 'put', 'touch', 'check', 'remove'] as const)[upTo(5)] ?? 'put';
  if (type === 'put')
    return { type, key, label, value: randomUUID(), texts: ['word'], keepMs: upTo(4) === 0 ? 3 : undefined };
  if (type === 'touch') return { type, key, label, dueMs: 1 };
  return type === 'check' ? { type, key, version: 0 } : { type, key };
}
