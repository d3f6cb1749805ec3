import type { Majordomo } from '@majordomo/core';
import { expect, it } from 'vitest';
import { tree, watch } from '../../../packages/operation/telemetry/test/support/recording.ts';
import { openStage, playScenes } from '../src/demo/scenes.ts';
import { createTimeline } from '../src/demo/timeline.ts';

async function play(wrap: (majordomo: Majordomo) => Majordomo): Promise<void> {
  const timeline = createTimeline({ write: () => undefined, hasColor: false });
  const stage = await openStage(timeline);
  try {
    await playScenes({ ...stage, majordomo: wrap(stage.majordomo) }, timeline, new AbortController().signal);
  } finally {
    await stage.close();
  }
}

it('the scenes of the demo create the expected spans', async () => {
  // The first calls load the SDKs. On a busy machine this can exceed the timeouts of the scenes.
  await play((majordomo) => majordomo);
  const telemetry = watch();
  await play((majordomo) => majordomo.with(telemetry.majordomo));
  await expect(tree(await telemetry.spans())).toMatchFileSnapshot('screens/demo-spans.txt');
}, 120_000);
