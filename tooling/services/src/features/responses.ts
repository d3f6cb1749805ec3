import { createMajordomo } from '@majordomo/core';
import { createGateway, type Gateway } from '../../../../packages/operation/gateway/src/index.ts';
import type { RecordStore } from '@majordomo/records';
import { fakeProvider } from '@majordomo/testing';
import { deepEqual, equal } from 'node:assert/strict';
import type { FeatureCase } from './feature-case.ts';

/** Opens the gateway of a process, which identifies callers by the header `tenant`. */
function open(records: RecordStore) {
  const provider = fakeProvider({ id: 'a', models: { m: ['one', 'two'] } });
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [provider] }),
    models: { m: 'a/m' },
    authorize: ({ headers }) => ({ tenant: headers.get('tenant') ?? undefined }),
    responses: { records },
  });
  return { gateway, provider };
}

interface Answer {
  readonly id: string;
  readonly output: readonly { readonly content: readonly { readonly text: string }[] }[];
}

async function send(
  gateway: Gateway,
  path: string,
  {
    method = 'GET',
    body,
    tenant = 't',
  }: { readonly method?: string; readonly body?: object; readonly tenant?: string } = {},
): Promise<{ readonly status: number; readonly json: Answer }> {
  const headers = { tenant, 'content-type': 'application/json' };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await gateway.fetch(new Request(`http://127.0.0.1/v1/responses${path}`, init));
  return { status: response.status, json: (await response.json()) as Answer };
}

/** Cases of the stored responses of a gateway. */
export const responseCases: readonly FeatureCase[] = [
  {
    name: 'stored responses: are read, continued and deleted by their owner only, in any process',
    async run([mine, theirs]) {
      const [first, second] = [open(mine), open(theirs)];
      const body = { model: 'm', input: 'hi', store: true };
      const { json: stored } = await send(first.gateway, '', { method: 'POST', body });
      const path = `/${stored.id}`;
      equal((await send(second.gateway, path, { tenant: 'other' })).status, 404);
      deepEqual((await send(second.gateway, path)).json.output, stored.output);
      const next = { model: 'm', input: 'and then?', previous_response_id: stored.id };
      equal((await send(second.gateway, '', { method: 'POST', body: next })).status, 200);
      equal(second.provider.requests[0]?.request.messages.length, 3);
      equal((await send(second.gateway, path, { method: 'DELETE', tenant: 'other' })).status, 404);
      equal((await send(second.gateway, path, { method: 'DELETE' })).status, 200);
      equal((await send(first.gateway, path)).status, 404);
    },
  },
];
