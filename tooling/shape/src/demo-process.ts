// Plays the scenes of `majordomo demo` with a longer timeout of the silent vendor, so that a busy machine prints the same lines.
import { openStage, playScenes } from '../../../apps/cli/src/demo/scenes.ts';
import { createTimeline } from '../../../apps/cli/src/demo/timeline.ts';

const write = (text: string): void => void process.stdout.write(text);
const timeline = createTimeline({ write, hasColor: false });
const stage = await openStage(timeline, { completeMs: 8000 });
await playScenes(stage, timeline, new AbortController().signal);
await stage.close();
