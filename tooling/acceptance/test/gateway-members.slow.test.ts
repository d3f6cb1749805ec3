import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { describe, expect, it } from 'vitest';
import { expectOmitted } from '../src/sdk-types/expect-omitted.ts';
import { typesIn } from '../src/sdk-types/program.ts';
import { RequestMembers, type Effect } from '../src/sdk-types/request-members.ts';
import { REQUEST_WIRES, type RequestWire } from '../src/sdk-types/request-wires.ts';

const { checker, find } = typesIn(REQUEST_WIRES.flatMap(({ types }) => types.map(({ type }) => type.file)));

function senderOf({ provider, spec, response, path }: RequestWire): (request: object) => Promise<Effect> {
  let sent: unknown[] = [];
  const bytes = new TextEncoder().encode(JSON.stringify(response));
  const majordomo = createMajordomo({
    providers: [
      provider((request) => {
        sent.push(request);
        return { status: 200, headers: { 'content-type': 'application/json' }, pieces: [bytes] };
      }),
    ],
    health: { threshold: Infinity },
    chain: { attempts: 1 },
  });
  const gateway = createGateway({ majordomo, models: { m: spec }, authorize: () => ({ tenant: 't' }) });
  const effects = new Map<string, Effect>();
  return async (request) => {
    const body = JSON.stringify(request);
    const known = effects.get(body);
    if (known !== undefined) return known;
    sent = [];
    const answer = await gateway.fetch(
      new Request(`http://127.0.0.1${path}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      }),
    );
    const text = await answer.text();
    if (answer.status >= 500) throw new Error(`${body}: ${text}`);
    const effect = {
      isRefused: answer.status !== 200,
      warnings: answer.headers.get('x-majordomo-warnings') ?? '',
      sent: JSON.stringify(sent),
    };
    effects.set(body, effect);
    return effect;
  };
}

describe('each member of a request is used, kept or reported', () => {
  it.each(REQUEST_WIRES.map((wire) => [wire.name, wire] as const))('of %s', async (_, wire) => {
    const members = new RequestMembers({ ...wire, checker, effectOf: senderOf(wire) });
    const inBase = (object: object): Readonly<Record<string, unknown>> => ({ ...wire.base, ...object });
    for (const { type, except, at = '', embed = inBase } of wire.types) {
      const skipped = new Set(
        except &&
          find(except)
            .getProperties()
            .map(({ name }) => name),
      );
      await members.members(find(type), at, at === '' ? wire.base : {}, embed, skipped);
    }
    expect(members.count).toBeGreaterThan(100);
    expectOmitted(members.silent, wire.omitted);
  });
});
