import { expect, it } from 'vitest';
import { Connection } from './connection.ts';

it('ends at once when it is closed, also if the server does not confirm the end', async () => {
  const socket = {
    readyState: 1,
    send: () => undefined,
    close: () => undefined,
    addEventListener: () => undefined,
  };
  const connection = new Connection(socket, 0, () => undefined);
  connection.begin();
  const waiting = connection.next();
  connection.close('the request was aborted');
  expect(connection.isOpen).toBe(false);
  expect(await waiting).toEqual({ type: 'closed', code: 1000, why: 'the request was aborted' });
});
