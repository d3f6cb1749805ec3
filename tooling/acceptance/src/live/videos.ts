import { ok as expect } from 'node:assert/strict';
import { createBackground, type VideoResponse } from '@majordomo/background';
import { createMajordomo, type Clock, type Provider, systemClock, type VideoRequest } from '@majordomo/core';

/** Result of a video that was generated at a vendor, and the shares of its work that the vendor has reported. */
interface Generated {
  readonly response: VideoResponse;
  readonly progress: readonly number[];
}

/** Fact about the video API of a vendor on which the code depends, but which no recording confirms. Throws if the fact is wrong. */
export interface VideoCase {
  readonly name: string;
  readonly run: (generated: Generated) => Promise<void>;
}

export const VIDEO_CASES: readonly VideoCase[] = [
  {
    name: 'a video has a length, and usage in seconds or a reported cost',
    run({ response: { videos, usage } }) {
      const { units = {}, reportedNanoUsd } = usage?.details ?? {};
      expect(videos.length > 0, 'the response has no video');
      expect(Object.keys(units).length > 0 || reportedNanoUsd !== undefined, 'the usage is unknown');
      return Promise.resolve();
    },
  },
  {
    name: 'the content is a video of the stated size',
    async run({ response: { videos } }) {
      const content = await videos[0]?.read();
      const bytes = await content?.bytes();
      expect(content?.mediaType.startsWith('video/') === true, `the media type is ${content?.mediaType}`);
      expect(bytes?.length === content.size, `${bytes?.length} of ${content.size} bytes have arrived`);
    },
  },
  {
    name: 'the reported progress rises from 0 to 1',
    run({ progress }) {
      const isRising = progress.every((share, at) => share <= 1 && share >= (progress[at - 1] ?? 0));
      expect(isRising, `the progress is ${progress.join()}`);
      return Promise.resolve();
    },
  },
];

/** Generates a video of four seconds. Costs up to two dollars. */
export async function generateVideo(
  provider: Provider,
  model: string,
  clock: Clock = systemClock,
): Promise<Generated> {
  const background = createBackground({
    majordomo: createMajordomo({ providers: [provider], clock, env: process.env }),
    clock,
  });
  const request: VideoRequest = { prompt: 'A paper boat on a lake', seconds: 4 };
  const job = await background.videoModel(`${provider.id}/${model}`).start(request);
  const progress: number[] = [];
  for (let status = await job.status(); status.state === 'running'; status = await job.status()) {
    if (status.progress !== undefined) progress.push(status.progress);
    await clock.sleep(status.nextMs ?? 1000, new AbortController().signal);
  }
  return { response: await job.result(), progress };
}
