import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { changeMessage, watchChanges } from './watch-changes.ts';

/** Channel whose connection can be lost and restored. It misses messages while the connection is lost. */
async function watched(onReported: () => void = () => undefined) {
  const clock = manualClock();
  const reported: (string | undefined)[] = [];
  let isOpen = true;
  let deliver: (message: string) => void = () => undefined;
  let reconnected: () => void = () => undefined;
  const publish = (message: string): Promise<void> => {
    if (isOpen) deliver(message);
    return Promise.resolve();
  };
  const stop = await watchChanges(
    {
      publish,
      subscribe(onMessage, onReconnect) {
        deliver = onMessage;
        reconnected = onReconnect;
        return Promise.resolve(() => {
          deliver = () => undefined;
        });
      },
    },
    clock,
    (id) => {
      reported.push(id);
      onReported();
    },
  );
  return {
    clock,
    reported,
    stop,
    change: (id: string) => publish(changeMessage(id)),
    lose() {
      isOpen = false;
    },
    restore() {
      isOpen = true;
      reconnected();
    },
  };
}

describe('watchChanges', () => {
  it('reports the ids of changes, and nothing while the connection holds', async () => {
    const { clock, reported, change } = await watched();
    await change('a');
    await clock.advance(2000);
    await change('b');
    expect(reported).toEqual(['a', 'b']);
  });

  it('reports possible changes every 400 ms while no message arrives', async () => {
    const { clock, reported, lose } = await watched();
    await clock.advance(399);
    lose();
    await clock.advance(400);
    expect(reported).toEqual([]);
    await clock.advance(1);
    expect(reported).toEqual([undefined]);
    await clock.advance(400);
    expect(reported).toEqual([undefined, undefined]);
  });

  it('reports possible changes after an interruption between two messages to itself', async () => {
    const { clock, reported, lose, restore, change } = await watched();
    await clock.advance(500);
    lose();
    await change('missed');
    restore();
    expect(reported).toEqual([]);
    await clock.advance(300);
    expect(reported).toEqual([undefined]);
    await clock.advance(2000);
    expect(reported).toEqual([undefined]);
  });

  it('continues if the function of the watcher throws', async () => {
    const { clock, reported, lose, restore, change } = await watched(() => {
      throw new Error('a fault of the watcher');
    });
    await change('a');
    lose();
    await clock.advance(800);
    expect(reported).toEqual(['a', undefined]);
    restore();
    await change('b');
    await change('c');
    expect(reported).toEqual(['a', undefined, undefined, 'b', 'c']);
  });

  it('reports nothing after it was stopped', async () => {
    const { clock, reported, change, lose, stop } = await watched();
    await stop();
    lose();
    await change('late');
    await clock.advance(2000);
    expect(reported).toEqual([]);
  });
});
