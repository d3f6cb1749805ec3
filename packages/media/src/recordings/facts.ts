/** What a file's own bytes say of the sound or film in it; nothing was decoded. */
export interface RecordingFacts {
  /** By what is in it: an MP4 or WebM with sound alone is audio, whatever it was called. */
  readonly mediaType: string;
  /** To the millisecond; `undefined` where the file does not say. Of a file that was cut, what is left of it. */
  readonly durationMs: number | undefined;
  readonly hasVideo: boolean;
}

/** Sound alone, of so many seconds. */
export const sound = (mediaType: string, seconds: number | undefined): RecordingFacts => ({
  mediaType,
  durationMs: milliseconds(seconds),
  hasVideo: false,
});

/** Whole milliseconds; `undefined` for what no recording can last. */
export function milliseconds(seconds: number | undefined): number | undefined {
  if (seconds === undefined || !(seconds > 0 && seconds < LONGEST_SECONDS)) return undefined;
  return Math.round(seconds * 1000);
}

/** A year: whoever says more has written nonsense. */
const LONGEST_SECONDS = 366 * 86_400;
