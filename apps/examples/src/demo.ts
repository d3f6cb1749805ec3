/**
 * The main job, end to end, through the real providers and SDKs. Without arguments it needs no key: two vendors are
 * played on 127.0.0.1. `--live "a/x,b/y" "prompt"` asks the real ones.
 */
import { live } from './demo/live.ts';
import { openStage, playScenes } from './demo/scenes.ts';
import { createTimeline } from './demo/timeline.ts';

const write = (text: string): void => {
  process.stdout.write(text);
};
const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const timeline = createTimeline({ write, colour });
const [flag, spec, prompt = 'Say hello in one short sentence.'] = process.argv
  .slice(2)
  .filter((word) => word !== '--');

if (flag === '--live' && spec !== undefined) {
  process.exitCode = await live(spec, prompt, timeline, write);
  timeline.summary();
} else if (flag === undefined) {
  write('majordomo: two vendors on 127.0.0.1, the real SDKs, no key\n');
  const stage = await openStage(timeline);
  try {
    await playScenes(stage, timeline);
    timeline.summary();
    write(
      '\nEvery call got one whole answer. With keys: pnpm demo --live "openai/…,anthropic/…" "your prompt"\n',
    );
  } finally {
    await stage.close();
  }
} else {
  write('usage: pnpm demo [--live "provider/model,…" "prompt"]\n');
  process.exitCode = 2;
}
