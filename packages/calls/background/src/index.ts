export { createBackground } from './create-background.ts';
export type {
  Background,
  BackgroundModel,
  BackgroundOptions,
  ChatJob,
  GeneratedVideo,
  Job,
  JobEvent,
  JobStatus,
  JobStream,
  StartOptions,
  VideoContent,
  VideoJob,
  VideoModel,
  VideoResponse,
  VideoStartOptions,
} from './contract.ts';

// Types of other packages that the public API uses.
export type { Catalog } from '@majordomo/catalog';
export type { Ledger } from '@majordomo/ledger';
export type { RecordStore } from '@majordomo/records';
