import { listeners, user } from '@majordomo/core';
import { openSpec } from '../backends/open.ts';
import { loadSettings } from '../config/settings.ts';
import { EXIT, type ExitCode } from '../program/exit.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import type { Page } from '../page/page.ts';
import { openStage, playScenes, sayAnswer } from './scenes.ts';
import { createTimeline, type Timeline } from './timeline.ts';

/** Shows failover with the real SDKs and two simulated vendors on 127.0.0.1, or with real vendors if `live` is set. */
export async function demo(
  prompt: string | undefined,
  { live }: { readonly live?: string },
  io: Io,
): Promise<ExitCode> {
  return live === undefined
    ? playDemo(io)
    : sendPrompt(live, prompt ?? 'Say hello in one short sentence.', io);
}

const timelineOf = ({ stdout }: Io) =>
  createTimeline({ write: (text) => stdout.write(text), hasColor: stdout.hasColor });

/** Runs the scenes and `more`, and prints a summary. `page` shows their calls. */
export async function playDemo(
  io: Io,
  more: (timeline: Timeline) => Promise<unknown> = () => Promise.resolve(),
  page?: Page,
): Promise<ExitCode> {
  const { write } = io.stdout;
  const timeline = timelineOf(io);
  write('majordomo: two simulated vendors on 127.0.0.1, the real SDKs, no key\n');
  const onEvent = page === undefined ? timeline.onEvent : listeners(timeline.onEvent, page.onEvent);
  const stage = await openStage({ ...timeline, onEvent });
  try {
    await page?.attach(stage.majordomo);
    await playScenes(stage, timeline, io.signal);
    await more(timeline);
    timeline.summary();
    write('\nEvery call returned one complete answer.\nWith keys: majordomo demo --live openai/…\n');
    return EXIT.ok;
  } finally {
    await stage.close();
  }
}

/** Width of the margin before an answer, in terminal cells: `say` prints two spaces, a label of 8 and two spaces. */
const MARGIN = 12;

async function sendPrompt(spec: string, prompt: string, io: Io): Promise<ExitCode> {
  const timeline = timelineOf(io);
  const settings = await loadSettings(io);
  const majordomo = await openSpec(spec, settings, {
    cwd: io.cwd,
    signal: io.signal,
    onEvent: timeline.onEvent,
  });
  timeline.title(`live: ${spec}`);
  const stream = majordomo
    .model(spec)
    .stream({ messages: [user(prompt)] }, { signal: io.signal, afterCommit: 'restart' });
  const say = (label: string, text: string): void => {
    timeline.say(
      label,
      wrapText(printable(text), io.stdout.columns - MARGIN).replaceAll('\n', `\n${' '.repeat(MARGIN)}`),
    );
  };
  try {
    await sayAnswer(stream, say);
  } finally {
    timeline.summary();
  }
  return EXIT.ok;
}
