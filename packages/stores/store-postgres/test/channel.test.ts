import { describeWith } from '@majordomo/services';
import { describe, expect, it } from 'vitest';
import { KINDS } from './support/clients.ts';
import { onPostgres } from './support/stores.ts';

describeWith('postgres', 'the channel of runs', () => {
  const { listener, stores } = onPostgres();

  describe.each(KINDS)('over %s', (kind) => {
    it('delivers messages of any length in order to all subscribers of the run, and to no others', async () => {
      const schema = `channel_${kind}`;
      const sender = stores({ schema }, kind);
      const watchers = [
        stores({ schema, listener: await listener(kind) }, kind),
        stores({ schema, listener: () => listener(kind) }, kind),
      ];
      const received: string[][] = [[], []];
      const other: string[] = [];
      for (const [index, { channel }] of watchers.entries())
        await channel.subscribe(
          'run',
          (text) => received[index]!.push(text),
          () => undefined,
        );
      await watchers[0]!.channel.subscribe(
        'other',
        (text) => other.push(text),
        () => undefined,
      );
      const messages = [
        'short',
        'é'.repeat(4000),
        'x'.repeat(7990),
        'y'.repeat(1_000_000),
        '\0\uD800',
        'last',
      ];
      for (const message of messages) await sender.channel.publish('run', message);
      await sender.channel.publish('other', 'last');
      await expect.poll(() => received.map((texts) => texts.at(-1))).toEqual(['last', 'last']);
      expect(received).toEqual([messages, messages]);
      await expect.poll(() => other).toEqual(['last']);
    });

    it('delivers nothing after the subscription ended', async () => {
      const one = stores({ listener: await listener(kind) }, kind);
      const [before, after]: [string[], string[]] = [[], []];
      const stop = await one.channel.subscribe(
        'run',
        (text) => before.push(text),
        () => undefined,
      );
      await one.channel.subscribe(
        'run',
        (text) => after.push(text),
        () => undefined,
      );
      await stop();
      await one.channel.publish('run', 'text');
      await expect.poll(() => after).toEqual(['text']);
      expect(before).toEqual([]);
    });
  });

  it('needs a listener for subscribers and none to send', async () => {
    const { channel } = stores();
    await channel.publish('run', 'text');
    await expect(
      channel.subscribe(
        'run',
        () => undefined,
        () => undefined,
      ),
    ).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'listener' },
    });
  });
});
