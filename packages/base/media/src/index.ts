export { createMediaFitter, type MediaFitterOptions } from './fitter.ts';
export type { Sharp } from './codec.ts';

// Fetching media.
export { fetchMedia, type FetchMediaOptions } from './fetch/fetch-media.ts';
export type { Address, Resolve } from '@majordomo/wire-kit/internal';

// Inspecting bytes.
export { checkPdf, type PdfLimits } from './pdf/check-pdf.ts';
export type { ImageFacts } from './formats/facts.ts';
export { inspectImage } from './inspect-image.ts';
export { inspectPdf, type PdfFacts } from './pdf/inspect-pdf.ts';
export { inspectRecording, type RecordingFacts } from './recordings/inspect-recording.ts';
export { checkRecording, type RecordingLimits } from './recordings/check-recording.ts';
export { sniffMediaType } from '@majordomo/core/toolkit';
