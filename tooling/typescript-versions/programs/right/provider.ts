import { createMajordomo, user, type Gate, type Resolver } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { fakeProvider } from '@majordomo/testing';

const gate: Gate = {
  name: 'office-hours',
  admit: ({ target }) => (target === '' ? { deny: 'closed' } : undefined),
};
const resolver: Resolver = (name, { request }) =>
  name === 'best' && request !== undefined ? 'fake/model' : undefined;

export async function total(): Promise<number> {
  const ledger = createLedger({ limits: [{ name: 'burst', max: { requests: 60 }, per: 'minute' }] });
  const majordomo = createMajordomo({
    providers: [fakeProvider({ id: 'fake', models: { model: ['hi'] } })],
    resolvers: [resolver],
    gates: [gate, ledger.gate],
  });
  const view = majordomo.with({ chain: { attempts: 1 } });
  const { attempts } = await view.model('best').generate({ messages: [user('hi')] });
  return attempts.reduce((sum, { ms }) => sum + ms, 0);
}
