import { describe, expect, it } from 'vitest';
import {
  type AttemptInfo,
  createMajordomo,
  type DataHandling,
  type Dsn,
  type Gate,
  type Provider,
  user,
} from '../src/index.ts';
import { chatProvider, textEvents } from './support/chat-provider.ts';
import { failure } from './support/failure.ts';

const hi = { messages: [user('hi')] };

/** Provider that responds, and accepts `echo://` DSNs. */
function echo(id: string, data?: Provider['data']): Provider {
  const provider = chatProvider(id, async function* (_request, { target }) {
    yield await Promise.resolve(textEvents(target, 'ok'));
  });
  const schemes = {
    echo: (dsn: Dsn) => echo(dsn.name, { region: 'us', retentionDays: 30, trainsOn: true }),
  };
  return { ...provider, data, schemes };
}

/** Gate that records the data handling of each attempt. */
function recorder(): Gate & { readonly recorded: (DataHandling | undefined)[] } {
  const recorded: (DataHandling | undefined)[] = [];
  return { name: 'recorder', recorded, admit: ({ data }: AttemptInfo) => void recorded.push(data) };
}

describe('the data handling of a target', () => {
  it('is what the provider declares, for gates and resolve', async () => {
    const gate = recorder();
    const providers = [echo('plain', { region: 'eu' }), echo('unknown')];
    const majordomo = createMajordomo({ providers, gates: [gate] });
    await majordomo.model('plain/x').generate(hi);
    await majordomo.model('unknown/x').generate(hi);
    expect(gate.recorded).toEqual([{ region: 'eu' }, undefined]);
    const resolved = await majordomo.resolve('plain/x,unknown/x');
    expect(resolved.map(({ data }) => data)).toEqual([{ region: 'eu' }, undefined]);
  });

  it('is determined for the model and the current environment', async () => {
    const gate = recorder();
    const provider = echo('a', (modelId, env) => ({ region: `${modelId} ${env['PLACE'] ?? 'none'}` }));
    const majordomo = createMajordomo({ providers: [provider], gates: [gate], env: { PLACE: 'here' } });
    await majordomo.model('a/x').generate(hi);
    majordomo.loadEnv({ PLACE: 'there' });
    await majordomo.model('a/y').generate(hi);
    await majordomo
      .with({ env: { PLACE: 'elsewhere' } })
      .model('a/x')
      .generate(hi);
    expect(gate.recorded.map((data) => data?.region)).toEqual(['x here', 'y there', 'x elsewhere']);
  });

  it('is that of a DSN, whose members replace those of the provider', async () => {
    const gate = recorder();
    const env = {
      LLM_LAB: 'echo://h?data_region=eu&data_retention_days=0&data_trains_on=false&other=1',
      LLM_OLD: 'echo://h?data_region=gb',
    };
    const majordomo = createMajordomo({ providers: [echo('a')], gates: [gate], env });
    await majordomo.model('lab/x').generate(hi);
    await majordomo.model('old/x').generate(hi);
    expect(gate.recorded).toEqual([
      { region: 'eu', retentionDays: 0, trainsOn: false },
      { region: 'gb', retentionDays: 30, trainsOn: true },
    ]);
  });

  it('is not among the parameters that the scheme receives', async () => {
    const dsns: Dsn[] = [];
    const provider: Provider = {
      ...echo('a'),
      schemes: {
        echo(dsn) {
          dsns.push(dsn);
          return echo(dsn.name);
        },
      },
    };
    const env = { LLM_LAB: 'echo://k@h?data_region=eu&quirk=1' };
    await createMajordomo({ providers: [provider], env })
      .model('lab/x')
      .generate(hi);
    expect(dsns[0]?.params).toEqual({ quirk: '1' });
    expect([dsns[0]?.data, dsns[0]?.token]).toEqual([{ region: 'eu' }, 'k']);
  });

  it.each([
    ['data_region=EU', 'data_region'],
    ['data_region=', 'data_region'],
    ['data_retention_days=soon', 'data_retention_days'],
    ['data_retention_days=-1', 'data_retention_days'],
    ['data_retention_days=1.5', 'data_retention_days'],
    ['data_trains_on=no', 'data_trains_on'],
  ])('rejects a DSN with %s as config, with the name of the variable', async (query, name) => {
    const majordomo = createMajordomo({ providers: [echo('a')], env: { LLM_LAB: `echo://h?${query}` } });
    const error = await failure(majordomo.model('lab/x').generate(hi));
    expect(error.kind).toBe('config');
    expect(error.message).toMatch(new RegExp(`^LLM_LAB cannot be used.*${name} must be`));
    expect(majordomo.loadEnv({ LLM_LAB: `echo://h?${query}` })).toHaveLength(1);
  });
});
