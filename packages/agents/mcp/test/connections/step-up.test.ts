import { authorizationServer, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import {
  createMcpConnections,
  type McpConnections,
  type McpConnectionsOptions,
  type McpEvent,
  type McpToolbox,
} from '../../src/index.ts';
import { memoryRecords } from '@majordomo/records';
import { agentWith, throughJson } from '../support/in-process.ts';
import { protectedServer } from '../support/protected-server.ts';
import { closing, rejection, run, testToolbox } from '../support/world.ts';

const REDIRECT = 'https://app.example/callback';
const client = (issuer: string) => ({ clientId: 'app', clientSecret: 'secret-of-app', issuer });

async function world(change: Partial<McpConnectionsOptions> = {}) {
  const authority = closing(
    await authorizationServer({
      clients: [{ clientId: 'app', clientSecret: 'secret-of-app' }],
    }),
  );
  const accounts = await protectedServer(authority, { scope: 'read' });
  accounts.required.set('write', 'write');
  const records = memoryRecords();
  const events: McpEvent[] = [];
  const process = (): McpConnections =>
    createMcpConnections({
      name: 'm',
      prefix: '',
      place: { url: accounts.url },
      client: client(authority.issuer),
      redirectUrl: REDIRECT,
      records,
      suspend: ['login'],
      onEvent: (event) => void events.push(event),
      ...change,
    });
  const logIn = async (scopes?: string, granted?: string): Promise<string> => {
    const { url } = await process().login('ann', { scopes });
    await process().finish(authority.approve(url, { user: 'ann', scope: granted }), 'ann');
    return new URL(url).searchParams.get('scope') ?? '';
  };
  const connect = async (): Promise<McpToolbox> => {
    return closing(await process().connect('ann'));
  };
  return { authority, accounts, events, logIn, connect };
}

const call = (name: string): Turn => ({ toolCalls: [{ id: 'c1', name, args: {} }] });
const suspension = (tool: string, scopes?: string) => ({
  callId: 'c1',
  payload: { type: 'mcp-login', server: 'm', tool, args: {}, ...(scopes === undefined ? {} : { scopes }) },
});

it('pauses a run for further scopes, and continues in another process after the login', async () => {
  const { logIn, connect, events } = await world();
  expect(await logIn()).toBe('read');
  const paused = await agentWith(await connect(), [call('write')]).agent.run('go');
  expect(paused.state.suspended).toEqual([suspension('write', 'write')]);
  expect(events).toContainEqual({ type: 'login-required', detail: 'write: write' });
  const state = throughJson(paused.state);
  expect(await (await connect()).settle(state)).toEqual({ state, decisions: [] });
  expect(await logIn('write')).toBe('read write');
  const box = await connect();
  const settled = await box.settle(state);
  expect(settled.decisions).toEqual([{ callId: 'c1', result: 'written' }]);
  const result = await agentWith(box, ['done']).agent.run(settled.state, { decisions: settled.decisions });
  expect(result.text).toBe('done');
});

it('pauses a run for an expired login', async () => {
  const { authority, logIn, connect, events } = await world();
  await logIn();
  const box = await connect();
  authority.revoke();
  const paused = await agentWith(box, [call('whoami')]).agent.run('go');
  expect(paused.state.suspended).toEqual([suspension('whoami')]);
  expect(events).toContainEqual({ type: 'login-required', detail: 'whoami' });
  await logIn();
  expect((await (await connect()).settle(paused.state)).decisions).toEqual([{ callId: 'c1', result: 'ann' }]);
});

it('asks once for scopes that the user does not grant', async () => {
  const { logIn, connect, accounts } = await world();
  await logIn();
  const paused = await agentWith(await connect(), [call('write')]).agent.run('go');
  await logIn('write', 'read');
  const box = await connect();
  const { decisions } = await box.settle(paused.state);
  expect(decisions).toMatchObject([{ callId: 'c1', deny: expect.stringContaining('scopes') as string }]);
  const { length } = accounts.tokens;
  expect(await rejection(run(box, 'write'))).toMatchObject({
    kind: 'auth',
    details: { code: 'insufficient-scope' },
  });
  expect(accounts.tokens.length - length).toBe(1);
});

it('without `suspend` returns an error that names the scopes, and emits an event', async () => {
  const { logIn, connect, events } = await world({ suspend: [] });
  await logIn();
  const box = await connect();
  expect(await rejection(run(box, 'write'))).toMatchObject({
    kind: 'auth',
    message: expect.stringContaining('requires (write); log in again with these scopes') as string,
  });
  expect(events).toContainEqual({ type: 'login-required', detail: 'write: write' });
});

it('with a person at the machine logs in with all scopes, and repeats the request once', async () => {
  const { authority, accounts } = await world();
  const pages: string[] = [];
  const show = async (page: string): Promise<void> => {
    pages.push(new URL(page).searchParams.get('scope') ?? '');
    await fetch(authority.approve(page, { user: 'ann' }));
  };
  const auth = { grant: 'login' as const, client: client(authority.issuer), show };
  const box = await testToolbox({ name: 'm', prefix: '', place: { url: accounts.url, auth } });
  expect(await Promise.all([run(box, 'write'), run(box, 'write')])).toHaveLength(2);
  expect(pages).toEqual(['read', 'read write']);
  accounts.required.set('write', 'write admin');
  const granted = authority.approve.bind(authority);
  authority.approve = (page, decision) => granted(page, { ...decision, scope: 'read write' });
  expect(await rejection(run(box, 'write'))).toMatchObject({ details: { code: 'insufficient-scope' } });
  expect(await rejection(run(box, 'write'))).toMatchObject({ details: { code: 'insufficient-scope' } });
  expect(pages).toEqual(['read', 'read write', 'read write admin']);
});
