import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { sendRequest } from './vendor-request.ts';

const context = { target: 'p/m', env: {}, signal: new AbortController().signal };

it('rejects with `timeout` if the vendor does not respond within `connectMs`', async () => {
  const clock = fakeClock();
  const limits = { clock, connectMs: 1000, signal: context.signal };
  const sent = sendRequest(context, limits, () => new Promise<never>(() => undefined));
  const rejection = expect(sent).rejects.toMatchObject({ kind: 'timeout', details: { phase: 'connect' } });
  await clock.advance(1000);
  await rejection;
});

it('waits without a limit if `connectMs` is 0', async () => {
  const clock = fakeClock();
  let respond: ((text: string) => void) | undefined;
  const sent = sendRequest(
    context,
    { clock, connectMs: 0, signal: context.signal },
    () =>
      new Promise<string>((resolve) => {
        respond = resolve;
      }),
  );
  await clock.advance(600_000);
  respond?.('accepted');
  expect(await sent).toBe('accepted');
});
