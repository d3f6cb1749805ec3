import type { Usage, VideoRequest } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';

/** Settings of a video that determine its price. */
type PricedSettings = Pick<VideoRequest, 'seconds' | 'resolution'>;

/** Id of a video at its vendor, and the settings of its request that determine its price. */
interface VideoReference extends PricedSettings {
  readonly id: string;
}

/** Returns the reference of a video: its id and the settings that determine its price, because vendors do not report them later. */
export function videoRef(id: string, { seconds, resolution }: PricedSettings): string {
  const query = new URLSearchParams();
  if (seconds !== undefined) query.set('seconds', String(seconds));
  if (resolution !== undefined) query.set('resolution', resolution);
  return query.size === 0 ? id : `${id}?${query.toString()}`;
}

/** Reads a reference of `videoRef`. */
export function readVideoRef(ref: string): VideoReference {
  const [id = '', text] = ref.split('?', 2);
  const query = new URLSearchParams(text);
  const seconds = query.get('seconds');
  const resolution = query.get('resolution') ?? undefined;
  return {
    id,
    seconds: seconds === null ? undefined : Number(seconds),
    resolution: resolution as VideoReference['resolution'],
  };
}

/** Returns the usage of videos in seconds, such as `{ 'video-second:1080p': 8 }`. `reportedNanoUsd`: cost that the vendor reports. */
export function videoUsage({ seconds, resolution }: PricedSettings, reportedNanoUsd?: string): Usage {
  const unit = resolution === undefined ? 'video-second' : `video-second:${resolution}`;
  return {
    ...UNKNOWN_USAGE,
    details: {
      ...(seconds !== undefined && { units: { [unit]: seconds } }),
      ...(reportedNanoUsd !== undefined && { reportedNanoUsd }),
    },
  };
}
