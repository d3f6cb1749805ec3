import { describe, expect, it } from 'vitest';
import { bomb, redirects } from './answers.ts';
import { testServer } from './server.ts';

/** Calls a server, and returns the error of the call. */
type Operation = (origin: string) => Promise<unknown>;

/** Tests that a server cannot redirect an operation to another origin, and cannot exhaust the memory. */
export function testHostileServer(
  operations: Readonly<Record<string, Operation>> & { readonly answer: Operation },
): void {
  const { answer, list } = operations;

  describe('a hostile server', () => {
    it.each(Object.entries(operations))('receives nothing at another origin: %s', async (_name, run) => {
      await using other = await testServer((response) => void response.end());
      await using server = await testServer(redirects(`${other.origin}/elsewhere`));
      expect(await run(server.origin)).toMatchObject({
        kind: 'protocol',
        message: expect.stringContaining(`${other.origin}/elsewhere`) as string,
        details: { code: 'redirect', status: 307 },
      });
      expect(other.requests).toEqual([]);
    });

    it.each([
      ['answer', 200, answer],
      ['error', 500, answer],
      ...(list === undefined ? [] : [['list', 200, list] as const]),
    ] as const)('cannot exhaust the memory with: %s', async (_what, status, run) => {
      await using server = await testServer(bomb(status));
      expect(await run(server.origin)).toMatchObject({ kind: 'protocol', details: { code: 'too-large' } });
    });
  });
}
