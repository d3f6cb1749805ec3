import { memoryRecords } from '@majordomo/records';
import { expect, it } from 'vitest';
import { ENDS, openSocket } from './support/socket-client.ts';
import { startGateway } from './support/test-gateway.ts';

it('counts only the items of conversations against their limit, and not what each request repeats', async () => {
  await using testGateway = await startGateway({ sockets: true, gateway: { maxBodyBytes: 10_000 } });
  await using client = await openSocket(testGateway.url);
  const instructions = 'x'.repeat(2000);
  client.create({ stream_id: 'a', instructions });
  const { response: kept } = await client.next('response.completed');
  let last = kept;
  for (let turn = 0; turn < 6; turn++) {
    client.create({ stream_id: 'b', instructions, previous_response_id: last?.id });
    last = (await client.next('response.completed')).response;
  }
  client.create({ stream_id: 'a', instructions, previous_response_id: kept?.id });
  expect(await client.next(...ENDS)).toMatchObject({ type: 'response.completed' });
});

it('names the place of an invalid item in the input of the message', async () => {
  await using testGateway = await startGateway({ sockets: true });
  await using client = await openSocket(testGateway.url);
  client.create();
  const { response } = await client.next('response.completed');
  const message = { role: 'user', content: 'see input[7]' };
  client.create({ previous_response_id: response?.id, input: [message, { type: 'input[9]' }] });
  expect(await client.next(...ENDS)).toMatchObject({
    type: 'error',
    status: 400,
    error: {
      param: 'input[1].type',
      message: expect.stringMatching(/^input\[1\]\.type must be one of /) as string,
    },
  });
});

it.each([false, true])(
  'refuses an unknown id with `generate: false`, with stored responses: %s',
  async (hasStore) => {
    await using testGateway = await startGateway({
      sockets: true,
      gateway: hasStore ? { responses: { records: memoryRecords() } } : {},
    });
    await using client = await openSocket(testGateway.url);
    for (const id of [
      'resp_unknown',
      `resp_${'a'.repeat(32)}`,
      '../models',
      'a/../../models',
      '?stream=true',
    ]) {
      client.create({ generate: false, previous_response_id: id });
      expect(await client.next(...ENDS)).toMatchObject({
        type: 'error',
        status: 400,
        error: { code: 'previous_response_not_found', param: 'previous_response_id' },
      });
    }
    client.create({ generate: false, previous_response_id: 5 });
    expect(await client.next(...ENDS)).toMatchObject({ type: 'error', status: 400 });
    if (!hasStore) return;
    client.create({ input: 'one' });
    const { response: stored } = await client.next('response.completed');
    client.create({ input: 'two', generate: false, previous_response_id: stored?.id });
    const { response: warm } = await client.next('response.completed');
    client.create({ input: 'three', previous_response_id: warm?.id });
    await client.next('response.completed');
    const [, request] = testGateway.anthropic.requests;
    expect(JSON.stringify(request?.body)).toMatch(/one.*hello.*two.*three/);
  },
);

it('refuses a request that would wait if the waiting ones are larger than a body may be', async () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  await using testGateway = await startGateway({
    sockets: true,
    anthropic: async () => {
      await opened;
      return 'hello';
    },
    gateway: { maxBodyBytes: 10_000 },
  });
  await using client = await openSocket(testGateway.url);
  const input = 'x'.repeat(4000);
  client.create({ input });
  await testGateway.anthropic.request(0);
  for (let n = 0; n < 3; n++) client.create({ input });
  expect(await client.next(...ENDS)).toMatchObject({
    type: 'error',
    status: 429,
    error: { code: 'rate_limit_exceeded' },
  });
  open();
  for (let n = 0; n < 3; n++) expect((await client.next(...ENDS)).type).toBe('response.completed');
  expect(testGateway.anthropic.requests).toHaveLength(3);
});

it('passes the query of the upgrade to `authorize`, before the upgrade and for each request', async () => {
  const queries: string[] = [];
  await using testGateway = await startGateway({
    sockets: true,
    gateway: {
      authorize: ({ url }) => {
        queries.push(new URL(url).search);
        return {};
      },
    },
  });
  await using client = await openSocket(testGateway.url, {}, '?token=t');
  client.create();
  await client.next('response.completed');
  client.create({ generate: false });
  await client.next('response.completed');
  expect(queries).toEqual(['?token=t', '?token=t', '?token=t']);
});
