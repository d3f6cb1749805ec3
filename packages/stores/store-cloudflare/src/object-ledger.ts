import type { LedgerStore } from '@majordomo/ledger';
import { callObject } from './object-call.ts';
import type { ObjectNamespace } from './platform.ts';
import { PAGE } from './records.ts';
import { shards } from './shards.ts';
import { decode, encode, recordIn, type LedgerReplies, type LedgerCommand, type RecordPage } from './wire.ts';

/** Creates a ledger store that uses one object, or one object per tenant. */
export function objectLedger(
  namespace: ObjectNamespace,
  shard: 'tenant' | undefined,
  keepMs: number,
): LedgerStore {
  const objectOf = shards(shard);
  const ask = async <Q extends LedgerCommand>(
    object: string,
    question: Q,
  ): Promise<LedgerReplies[Q['ask']]> =>
    decode(await callObject(namespace, object, encode(question), `"${question.ask}" of the ledger`));
  return {
    async reserve(id, claims, leaseMs) {
      const refusal = await ask(objectOf.claims(id, claims), { ask: 'reserve', id, claims, leaseMs });
      if (refusal !== undefined) objectOf.forget(id);
      return refusal;
    },
    async renew(id, leaseMs) {
      const object = objectOf.id(id);
      if (object !== undefined) await ask(object, { ask: 'renew', id, leaseMs });
    },
    async settle(id, uses) {
      const object = objectOf.id(id);
      const wasHeld = object !== undefined && (await ask(object, { ask: 'settle', id, uses }));
      if (wasHeld) objectOf.forget(id);
      return wasHeld;
    },
    counters: async (prefix) => ask(objectOf.counters(prefix), { ask: 'counters', prefix }),
    async append(record) {
      const { id, at, call, tenant, target } = record;
      const line = { id, at, call, tenant, target, text: encode(record) };
      await ask(objectOf.tenant(tenant, 'a record'), { ask: 'append', record: line, keepMs });
    },
    async *records({ from, to, ...rest }) {
      const object = objectOf.tenant(rest.tenant, 'the records');
      const query = { ...rest, from: from?.toISOString(), to: to?.toISOString() };
      let after: RecordPage['after'];
      for (;;) {
        const lines = await ask(object, { ask: 'records', query: { ...query, after } });
        for (const { text } of lines) yield recordIn(text);
        const last = lines.at(-1);
        if (last?.seq === undefined || lines.length < PAGE) return;
        after = { at: last.at, seq: last.seq };
      }
    },
    close: () => Promise.resolve(),
  };
}
